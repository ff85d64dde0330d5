import Database
import KeyRing
import Primitives
import Recovery
import Storage

/// Puts a backup of a SQLite database in force.
///
/// Everything is done on a copy beside the database; the last step gives it the database's name. So a kill leaves the former state or the
/// restored one, and no state in which a restored database is not marked as such.
struct SQLiteRestore {
    private let settings: Settings
    private let path: String
    private let file: String
    private let replace: Bool
    private let timeSource = TimeSource.system

    init(_ settings: Settings, path: String, file: String, replace: Bool) {
        self.settings = settings
        self.path = Files.resolved(path)
        self.file = Files.resolved(file)
        self.replace = replace
    }

    private var draft: String { path + ".restoring" }

    /// - Returns: what was done, or would be; also why it would be refused in a dry run.
    func perform(dryRun: Bool) async throws -> RestoreReport {
        guard Files.exists(file) else { throw CommandFailure(.unavailable, "There is no backup at \(file).") }
        guard file != path else { throw CommandFailure(.refused, "\(file) is the database itself, no backup of it.") }
        guard let lock = try FolderLock(Files.folder(of: path)) else {
            throw CommandFailure(.refused, "Another process is restoring a database in the same folder.", "Wait until it has ended.")
        }
        defer { withExtendedLifetime(lock) {} }
        let refusals = try self.refusals()
        guard refusals.isEmpty || dryRun else { throw CommandFailure(.refused, lines: refusals + ["Nothing was changed."]) }
        Database.removeSQLite(path: draft)
        defer { Database.removeSQLite(path: draft) }
        try copy()
        var report = try await prepare(dryRun: dryRun)
        report.refusals = refusals
        guard !dryRun else { return report }
        try put(in: &report)
        return report
    }

    /// Why the database must not be replaced now.
    private func refusals() throws -> [String] {
        guard Files.exists(path) else { return [] }
        var refusals: [String] = []
        if !replace { refusals.append("There is a database at \(path) already: --replace keeps it under another name and takes its place.") }
        do throws(DatabaseError) {
            if try Database.isSQLiteInUse(path: path) { refusals.append("A process has \(path) open: stop the server first.") }
        } catch {
            // A damaged database is what backups are for. Whether somebody holds it is looked at again when it is replaced.
            guard case .corrupt = error else { throw error }
        }
        return refusals
    }

    private func copy() throws {
        do throws(DatabaseError) {
            try Database.backUpSQLite(path: file, to: draft) { Terminal.progress("\($0) of \($1) pages copied") }
            Terminal.progress("")
        } catch {
            guard case .corrupt(let cause) = error else { throw error }
            throw CommandFailure(
                .unavailable, "The backup \(file) is damaged, or is no database: \(cause).", "Take another one. Nothing was changed.")
        }
    }

    /// Opens the copy as a server would, which proves schema and master key, and marks it.
    private func prepare(dryRun: Bool) async throws -> RestoreReport {
        var settings = settings
        settings.database = .sqlite(path: draft)
        let schemaVersion = try await bringUpToDate(settings)
        let assembly = try await Assembly.open(settings, missing: .refuse, timeSource: timeSource)
        do {
            let now = timeSource.now()
            var report = RestoreReport(
                state: try await assembly.recovery.state(), keys: try await assembly.keys.list(at: now), isDryRun: dryRun)
            report.place = RestoreReport.Place(
                file: file, database: path, schemaVersion: schemaVersion, keptAs: Files.exists(path) ? asideName(at: now) : nil)
            report.undone = await undone(assembly.recovery, since: report.state)
            if !dryRun { report.markedAt = try await assembly.recovery.mark(at: now) }
            await assembly.close()
            return report
        } catch {
            await assembly.close()
            throw error
        }
    }

    /// Brings the copy to this program's schema.
    ///
    /// - Returns: the version that the backup has.
    private func bringUpToDate(_ settings: Settings) async throws -> Int {
        try await settings.openDatabase(applicationName: "portico restore", timeSource: timeSource).closing { database in
            let version = try await database.schemaVersion()
            guard version > 0, try await KeyRing.isEstablished(in: database) else {
                throw CommandFailure(.refused, "\(file) is a database, but none of Portico's: it has no keys.", "Nothing was changed.")
            }
            try await database.migrate(Schema.migrations)
            return version
        }
    }

    /// What is in the way of reading the former database is no reason not to replace it.
    private func undone(_ recovery: Recovery, since state: RestoredState) async -> RestoreReport.Undone? {
        guard Files.exists(path) else { return nil }
        do {
            let former = try Database.openSQLiteForReading(path: path, timeSource: timeSource)
            do {
                let work = try await recovery.undone(from: former, since: state)
                await former.close()
                return .known(work)
            } catch {
                await former.close()
                throw error
            }
        } catch {
            return .unreadable("\(error)")
        }
    }

    private func put(in report: inout RestoreReport) throws {
        let aside = report.place?.keptAs ?? asideName(at: timeSource.now())
        do throws(DatabaseError) {
            try Database.replaceSQLite(path: path, by: draft, keeping: aside)
        } catch {
            throw CommandFailure(.refused, "\(path) cannot be replaced: \(error).", "Stop the server first. Nothing was changed.")
        }
    }

    private func asideName(at now: Instant) -> String {
        path + ".before-restore-" + TimeText.second(now).filter { $0.isLetter || $0.isNumber }
    }
}
