import Administration
import Database
import KeyRing
import Primitives
import Storage

/// Looks at everything a server stands on and changes nothing. Each check stands alone: what is broken is found by one, and the others go on.
struct Doctor: Sendable {
    let resolved: ResolvedSettings
    /// The settings file that was read; nil where there is none.
    let settingsFile: String?
    let timeSource: TimeSource

    private var settings: Settings { resolved.settings }

    func examine() async -> [Finding] {
        let now = timeSource.now()
        var findings = settingsFindings() + keyFileFindings()
        findings += [ClockChecks.plausibility(now), ClockChecks.synchronisation(ClockChecks.kernelSaysSynchronised())]
        switch settings.database {
        case .sqlite(let path): findings += sqliteFiles(path)
        case .postgres: break
        }
        do {
            let database = try open()
            findings += await databaseFindings(database, now: now)
            await database.close()
        } catch {
            findings.append(.fail("database.reachable", "\(error)", "See that it exists, that this user may read it, and that its server runs."))
        }
        return findings
    }

    private func open() throws(DatabaseError) -> Database {
        switch settings.database {
        case .sqlite(let path): try Database.openSQLiteForReading(path: path, timeSource: timeSource)
        case .postgres(let url): try Database.openPostgres(url, connections: 2, applicationName: "portico doctor", timeSource: timeSource)
        }
    }

    // MARK: What needs no database

    private func settingsFindings() -> [Finding] {
        var findings: [Finding] = []
        if let settingsFile {
            findings.append(FileChecks.settingsFile(settingsFile, status: FileStatus(settingsFile), holdsPassword: fileHoldsPassword))
        }
        if let issuer = try? settings.resolvedIssuer() { findings.append(ServingChecks.issuer(issuer.text)) }
        findings.append(ServingChecks.address(host: settings.server.host, trustedProxies: settings.server.trustedProxies))
        return findings
    }

    private var fileHoldsPassword: Bool {
        guard resolved.sources["database.url"] == .file, case .postgres(let url) = settings.database else { return false }
        return url.parameter("password") != nil || url.parameter("sslpassword") != nil
    }

    private func keyFileFindings() -> [Finding] {
        let path = settings.masterKeyFile
        return [
            FileChecks.masterKey(path), FileChecks.folder("keys.master-folder", of: path, status: FileStatus(Files.folder(of: path))),
        ]
    }

    private func sqliteFiles(_ path: String) -> [Finding] {
        let path = Files.resolved(path)
        let sidecars = ["-wal", "-shm"].map { path + $0 }.compactMap { name in FileStatus(name).map { (path: name, status: $0) } }
        return FileChecks.database(path, status: FileStatus(path), sidecars: sidecars, user: FileStatus.effectiveUser) + [
            FileChecks.folder("database.folder", of: path, status: FileStatus(Files.folder(of: path))),
            FileChecks.databaseFolderIsWritable(path, mayWrite: FileStatus.mayWrite(in: Files.folder(of: path))),
        ] + SQLiteChecks.volume(Volume(of: Files.folder(of: path)), databaseBytes: Files.size(path) ?? 0, path: path)
    }

    // MARK: What the database says

    private func databaseFindings(_ database: Database, now: Instant) async -> [Finding] {
        let condition = await found("database.reachable") { try await diagnosis(database) }
        // Without an answer, or without tables, the rest would say the same again and again.
        guard let version = try? await database.schemaVersion() else { return condition }
        let tables = await found("database.schema") { [try await schema(database, version: version)] }
        let whole = await found("database.whole") { [ServingChecks.copy(isUnfinished: try await DatabaseCopy.isUnfinished(in: database))] }
        guard version > 0 else { return condition + tables + whole }
        return await condition + tables + whole
            + found("keys.ring") { [KeyChecks.ring(try await ringProblem(database))] }
            + found("keys.active") { try await keys(database, now: now) }
            + found("clock.last-event") { [ClockChecks.lastEvent(try await database.read { try $0.audit.end()?.at }, now: now)] }
            + found("database.restored") { [ServingChecks.restore(try await database.read { try $0.epochs.restoredAt() })] }
    }

    private func keys(_ database: Database, now: Instant) async throws -> [Finding] {
        let inventory = try await KeyInventory(of: database, policy: settings.keyPolicy)
        return KeyChecks.missing(inventory.missing.map { ($0.algorithm.rawValue, $0.neededBy) }) + KeyChecks.ages(inventory.keys, now: now)
    }

    /// A check that could not be made is a finding of its own.
    private func found(_ check: String, _ examine: () async throws -> [Finding]) async -> [Finding] {
        do {
            return try await examine()
        } catch {
            return [.fail(check, "\(error)", "What this asks could not be asked. Put that right first.")]
        }
    }

    private func diagnosis(_ database: Database) async throws -> [Finding] {
        switch (try await database.diagnosis(), settings.database) {
        case (.sqlite(let diagnosis), let location): SQLiteChecks.all(diagnosis, path: location.text)
        case (.postgres(let diagnosis), .postgres(let url)):
            [.ok("database.reachable", url.description)] + PostgresChecks.all(diagnosis, url: url, connections: settings.databaseConnections) + [
                ClockChecks.server(diagnosis.clockDifference)
            ]
        case (.postgres, .sqlite): []
        }
    }

    private func schema(_ database: Database, version: Int) async throws -> Finding {
        do {
            let missing = try await database.missingMigrations(Schema.migrations)
            return ServingChecks.schema(version: version, missing: missing.count)
        } catch let error as DatabaseError {
            return ServingChecks.schemaProblem(error)
        }
    }

    private func ringProblem(_ database: Database) async throws -> KeyRingError? {
        do {
            try await KeyRing.prove(try MasterKey.load(path: settings.masterKeyFile), against: database, policy: settings.keyPolicy)
            return nil
        } catch let error as KeyRingError {
            return error
        }
    }
}
