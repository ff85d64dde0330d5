import AuditLog
import Cryptography
import Database
import Domain
import Hummingbird
import HummingbirdTesting
import KeyRing
import Logging
import OAuthProtocol
import Pages
import PasswordHashing
import Primitives
import Provider
import Residents
import Storage
import Synchronization

@testable import Web

/// A whole Portico in memory, with a clock that tests move by hand: requests go through the real router, without a socket.
final class House: Sendable {
    static let issuer = "https://id.example"
    static let password = "lantern-quay-otter-9"
    /// Places before the one worker that hashes passwords.
    static let hashingQueue = 8
    static let permitsSecret = "permits-secret-of-some-length-0123456789"

    /// One for all tests that only ask and leave nothing behind: its keys take a while to make.
    static let shared = Task { try await House() }

    let database: Database
    let masterKey: MasterKey
    let keyRing: KeyRing
    let provider: Provider
    let residents: ResidentDirectory
    let hasher: PasswordHasher
    let clientAdministration: ClientAdministration
    let application: Application<Front>
    private let clock: Clock

    final class Clock: Sendable {
        private let instant = Mutex(Instant(milliseconds: 1_900_000_000_000))
        var now: Instant { instant.withLock { $0 } }
        func advance(_ duration: Duration) { instant.withLock { $0 = $0 + duration } }
    }

    var now: Instant { clock.now }
    func advance(_ duration: Duration) { clock.advance(duration) }

    /// - Parameters:
    ///   - issuer: the issuer to serve; https unless a test says otherwise.
    ///   - logger: where the server's log goes; nowhere unless a test reads it.
    init(
        issuer: String = House.issuer, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        change: (inout ProviderPolicy) -> Void = { _ in }
    ) async throws {
        let clock = Clock()
        self.clock = clock
        database = Database.openInMemory()
        try await database.migrate(Schema.migrations)
        masterKey = try MasterKey(Secret.random(32))
        keyRing = try await KeyRing.open(database, masterKey: masterKey, policy: KeyPolicy(), at: clock.now).0
        hasher = PasswordHasher(
            PasswordHasherConfiguration(
                workers: 1, queueLimit: Self.hashingQueue, parameters: try Argon2Parameters(memoryKiB: 64, iterations: 1, parallelism: 1)))
        residents = ResidentDirectory(database: database, hasher: hasher, actor: "operator:test")
        clientAdministration = ClientAdministration(database: database, actor: "operator:test")
        var policy = ProviderPolicy(issuer: try Issuer(issuer))
        change(&policy)
        let clients = try await ClientRegistry.open(database)
        provider = try Provider(policy: policy, database: database, keyRing: keyRing, clients: clients, supportedLanguages: ["en", "es", "fr", "ar"])
        let services = WebServices(
            provider: provider,
            signIn: SignIn(
                database: database, hasher: hasher, secrets: keyRing.secrets, sessionPolicy: SessionPolicy(), throttlePolicy: ThrottlePolicy(),
                log: SecurityLog { notice in
                    let fields = notice.fields.map { ($0.name, Logger.MetadataValue.string($0.value)) }
                    logger.notice("\(notice.kind.rawValue)", metadata: Logger.Metadata(uniqueKeysWithValues: fields))
                }),
            sessions: Sessions(database: database, policy: SessionPolicy()), keyRing: keyRing,
            pages: try PageRenderer(site: PageSite(basePath: policy.issuer.path), overrideFolder: nil), timeSource: TimeSource { clock.now },
            isReady: { true },
            logger: logger)
        application = buildApplication(WebConfiguration(issuer: policy.issuer, host: "127.0.0.1", port: 0), services)
        try await furnish()
    }

    /// One resident and the two agencies that every flow uses.
    private func furnish() async throws {
        _ = try await residents.add(
            try NewResident(
                username: "amara",
                claims: [
                    "email": "amara@example.org", "email_verified": true, "given_name": "Amara", "family_name": "Okafor",
                    "birthdate": "1990-04-17", "phone_number": "+441632960961",
                    "address": ["street_address": "1 Harbour Road", "locality": "Porto", "country": "PT"],
                ]),
            password: Secret(Array(Self.password.utf8)), at: now)
        try await register([
            "client_id": "city-permits", "client_secret": .string(Self.permitsSecret), "client_name": "City Permits",
            "client_name#fr": "Permis municipaux", "redirect_uris": ["https://permits.example/callback"],
            "post_logout_redirect_uris": ["https://permits.example/signed-out"],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "scope": "openid profile email address phone offline_access permits:read permits:write", "id_token_signed_response_alg": "ES256",
        ])
        try await register([
            "client_id": "family-benefits", "client_name": "Family Benefits", "redirect_uris": ["https://benefits.example/callback"],
            "token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "refresh_token"], "id_token_signed_response_alg": "RS256",
        ])
    }

    /// Adds or changes a client, and lets the running provider follow.
    func register(_ entry: JSONObject) async throws {
        _ = try await clientAdministration.apply([try ClientEntry(entry)], at: now)
        try await provider.clients.refreshIfChanged()
    }

    /// Adds a resident who signs in with `House.password`.
    @discardableResult
    func addResident(_ username: String, _ claims: JSONObject = [:]) async throws -> Resident {
        try await residents.add(try NewResident(username: username, claims: claims), password: Secret(Array(Self.password.utf8)), at: now)
    }

    /// Runs `body` with a browser of its own.
    func visit(_ body: @escaping @Sendable (Browser) async throws -> Void) async throws {
        try await application.test(.router) { client in
            try await body(Browser(client: client, house: self))
        }
    }
}
