import Administration
import AuditLog
import Cryptography
import Database
import KeyRing
import Logging
import OAuthProtocol
import Pages
import PasswordHashing
import Primitives
import Provider
import Recovery
import Residents
import Storage
import Web

/// The one place that builds everything: settings become a database, a key ring and the services over them.
///
/// Built once per command and handed on; nothing else opens a file of the installation or reads the environment.
struct Assembly: Sendable {
    let settings: Settings
    let issuer: Issuer
    let database: Database
    let masterKey: MasterKey
    let keyRing: KeyRing
    let keyPolicy: KeyPolicy
    /// What had to be made, in words; empty where everything was there.
    let created: [String]
    let timeSource: TimeSource

    /// Whether missing files may be made.
    enum Missing { case create, refuse }

    /// - Parameter applicationName: What PostgreSQL's administrator sees this process as.
    static func open(
        _ settings: Settings, missing: Missing, applicationName: String = "portico", timeSource: TimeSource = .system
    ) async throws -> Assembly {
        var created: [String] = []
        let issuer = try settings.resolvedIssuer()
        let keyPolicy = settings.keyPolicy
        let database = try await openDatabase(settings, missing: missing, applicationName: applicationName, timeSource: timeSource, created: &created)
        do {
            let masterKey = try await openMasterKey(settings, of: database, missing: missing, created: &created)
            let (keyRing, keys) = try await KeyRing.open(database, masterKey: masterKey, policy: keyPolicy, at: timeSource.now())
            if !keys.isEmpty { created.append("signing keys (\(keys.map(\.algorithm.rawValue).joined(separator: ", ")))") }
            return Assembly(
                settings: settings, issuer: issuer, database: database, masterKey: masterKey, keyRing: keyRing, keyPolicy: keyPolicy,
                created: created, timeSource: timeSource)
        } catch {
            await database.close()
            throw error
        }
    }

    func close() async { await database.close() }

    private static func openDatabase(
        _ settings: Settings, missing: Missing, applicationName: String, timeSource: TimeSource, created: inout [String]
    ) async throws -> Database {
        if case .sqlite(let path) = settings.database, !Files.exists(path) {
            guard missing == .create else { throw absent("database", path) }
            created.append("database \(path)")
        }
        let database = try settings.openDatabase(applicationName: applicationName, timeSource: timeSource)
        do {
            try await requireWhole(database, settings)
            try await bringUpToDate(database, missing)
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    /// Half of an installation looks like a whole one: a consent that has not arrived yet reads as none.
    private static func requireWhole(_ database: Database, _ settings: Settings) async throws {
        guard try await DatabaseCopy.isUnfinished(in: database) else { return }
        throw CommandFailure(
            .unavailable, "The database \(settings.database.text) is the target of a copy that is not finished.",
            "Run the same `portico database copy` again to finish it, or name another database in database.url.")
    }

    /// Only what may make a database may change its schema: a command that looks leaves an older one as it is.
    private static func bringUpToDate(_ database: Database, _ missing: Missing) async throws {
        do {
            if missing == .create { return try await database.migrate(Schema.migrations) }
        } catch DatabaseError.forbidden {
            throw try await behind(database, "this database role may not change it", "Run `portico migrate` as the role that owns the tables")
        }
        guard try await !database.missingMigrations(Schema.migrations).isEmpty else { return }
        throw try await behind(database, "this command does not change it", "Run `portico migrate`, or start the new `portico serve`")
    }

    private static func behind(_ database: Database, _ cause: String, _ remedy: String) async throws -> CommandFailure {
        CommandFailure(
            .unavailable,
            "The database's schema is at version \(try await database.schemaVersion()); this portico needs \(Schema.migrations.count), and \(cause).",
            remedy + "; `portico migrate --plan` shows what it would do.")
    }

    /// A new key would open nothing of a key ring that is there, so one is made only for a database that has none yet.
    private static func openMasterKey(
        _ settings: Settings, of database: Database, missing: Missing, created: inout [String]
    ) async throws -> MasterKey {
        let path = settings.masterKeyFile
        if Files.exists(path) { return try MasterKey.load(path: path) }
        guard try await !KeyRing.isEstablished(in: database) else {
            throw CommandFailure(
                .configuration, "The master key file \(path) is missing, and the database \(settings.database.text) cannot be opened without it.",
                "Put it back from your backup, or copy it from another node; the setting keys.master-file names the file.")
        }
        guard missing == .create else { throw absent("master key", path) }
        try Files.makeFolder(above: path)
        let (masterKey, isNew) = try MasterKey.loadOrCreate(path: path)
        if isNew { created.append("master key \(path)") }
        return masterKey
    }

    private static func absent(_ what: String, _ path: String) -> CommandFailure {
        CommandFailure(
            .unavailable, "There is no \(what) at \(path).",
            "Start `portico serve` once, which makes it, or name another with --config FILE or the environment.")
    }
}

extension Assembly {
    func makeHasher() throws -> PasswordHasher {
        let password = settings.password
        let parameters = try Argon2Parameters(memoryKiB: password.memoryKiB, iterations: password.iterations, parallelism: password.parallelism)
        return PasswordHasher(
            PasswordHasherConfiguration(
                workers: password.workers, queueLimit: password.queueLimit, parameters: parameters, pepper: keyRing.secrets.pepper))
    }

    func residents(hasher: PasswordHasher) -> ResidentDirectory {
        ResidentDirectory(
            database: database, hasher: hasher, actor: "operator:" + Operator.name,
            passwordPolicy: PasswordPolicy(minimumLength: settings.password.minimumLength))
    }

    var keys: KeyAdministration {
        KeyAdministration(database: database, masterKey: masterKey, policy: keyPolicy, operator: Operator.name)
    }

    var recovery: Recovery { Recovery(database: database, operator: Operator.name) }

    var clients: ClientAdministration { ClientAdministration(database: database, actor: "operator:" + Operator.name) }

    /// Everything the HTTP server stands on.
    func webServices(hasher: PasswordHasher, registry: ClientRegistry, logger: Logger) throws -> WebServices {
        let session = SessionPolicy(idle: settings.session.idle, absolute: settings.session.absolute)
        let signIn = SignIn(
            database: database, hasher: hasher, secrets: keyRing.secrets, sessionPolicy: session, throttlePolicy: ThrottlePolicy(),
            log: .writing(to: logger))
        let provider = try Provider(
            policy: settings.providerPolicy(issuer: issuer), database: database, keyRing: keyRing, clients: registry,
            supportedLanguages: Language.all.map(\.code))
        let pages = try PageRenderer(
            site: PageSite(operatorName: settings.pages.operatorName, helpURL: settings.pages.helpURL, basePath: issuer.path),
            overrideFolder: settings.pages.overrideFolder)
        return WebServices(
            provider: provider, signIn: signIn, sessions: Sessions(database: database, policy: session), keyRing: keyRing, pages: pages,
            timeSource: timeSource, isReady: { [database] in (try? await database.read { try $0.epochs.current() }) != nil }, logger: logger,
            securityLog: .writing(to: logger))
    }

    var webConfiguration: WebConfiguration {
        WebConfiguration(
            issuer: issuer, host: settings.server.host, port: settings.server.port, trustedProxies: Set(settings.server.trustedProxies),
            maximumConnections: settings.server.maximumConnections)
    }
}

extension Settings {
    /// The database as it is: neither made nor changed, except that SQLite makes an empty file where there is none.
    func openDatabase(applicationName: String, timeSource: TimeSource) throws -> Database {
        switch database {
        case .sqlite(let path): try Database.openSQLite(path: path, timeSource: timeSource)
        case .postgres(let url):
            try Database.openPostgres(url, connections: databaseConnections, applicationName: applicationName, timeSource: timeSource)
        }
    }

    /// Retired keys stay as long as a session may: its ID tokens come back as hints.
    var keyPolicy: KeyPolicy {
        KeyPolicy(longestTokenLifetime: max(tokens.accessToken, tokens.idToken), retainRetired: max(.days(1), session.absolute))
    }

    func providerPolicy(issuer: Issuer) -> ProviderPolicy {
        var policy = ProviderPolicy(issuer: issuer)
        policy.codeLifetime = tokens.code
        policy.accessTokenLifetime = tokens.accessToken
        policy.idTokenLifetime = tokens.idToken
        policy.refreshTokenLifetime = tokens.refreshToken
        policy.refreshGrace = tokens.refreshGrace
        policy.ticketLifetime = tokens.ticket
        return policy
    }
}

extension SecurityLog {
    /// Notices go into the ordinary log, one line each, under their own name.
    static func writing(to logger: Logger) -> SecurityLog {
        SecurityLog { notice in
            var metadata: Logger.Metadata = ["event": .string(notice.kind.rawValue)]
            for (name, value) in notice.fields { metadata[name] = .string(value) }
            logger.notice("security notice", metadata: metadata)
        }
    }
}
