import AuditLog
import Cryptography
import Database
import Domain
import KeyRing
import OAuthProtocol
import PasswordHashing
import Primitives
import Storage
import Synchronization

@testable import Residents

/// A moment to count from.
let noon = Instant(milliseconds: 1_800_000_000_000)

/// A database with a resident, and a sign-in whose hashes are counted.
final class ResidentsFixture: Sendable {
    static let password = "correct battery of horses"
    static let address = "192.0.2.7"

    let database: Database
    let hasher: PasswordHasher
    let secrets = RingSecrets.random()
    let directory: ResidentDirectory
    let resident: Resident
    private let hashes = Mutex(0)
    private let noted = Mutex<[SecurityNotice]>([])

    init(password: String = ResidentsFixture.password) async throws {
        database = Database.openInMemory()
        try await database.migrate(Schema.migrations)
        hasher = try Self.hasher()
        directory = ResidentDirectory(database: database, hasher: hasher, actor: "operator:clerk")
        resident = try await directory.add(
            NewResident(username: "Amina", claims: ["email": "amina@example.org", "given_name": "Amina"]), password: secret(password), at: noon)
    }

    /// As cheap as Argon2 allows.
    static func hasher(iterations: Int = 1) throws -> PasswordHasher {
        PasswordHasher(PasswordHasherConfiguration(queueLimit: 200, parameters: try Argon2Parameters(memoryKiB: 8, iterations: iterations)))
    }

    var hashCount: Int { hashes.withLock { $0 } }
    var notices: [SecurityNotice] { noted.withLock { $0 } }

    /// Counts each hash that is computed to check a password.
    func signIn(hasher: PasswordHasher? = nil, policy: ThrottlePolicy = ThrottlePolicy(), busy: Bool = false) -> SignIn {
        let checks = PasswordChecks(hasher ?? self.hasher)
        let counted = PasswordChecks(
            hash: checks.hash,
            verify: { password, hash async throws(PasswordHashError) in
                if busy { throw .busy(retryAfter: .seconds(2)) }
                self.hashes.withLock { $0 += 1 }
                return try await checks.verify(password, hash)
            },
            verifyNothing: { password async throws(PasswordHashError) in
                if busy { throw .busy(retryAfter: .seconds(2)) }
                self.hashes.withLock { $0 += 1 }
                try await checks.verifyNothing(password)
            })
        return SignIn(
            database: database, passwords: counted, secrets: secrets, sessionPolicy: SessionPolicy(), throttlePolicy: policy,
            log: SecurityLog { notice in self.noted.withLock { $0.append(notice) } })
    }

    func sessions() -> Sessions { Sessions(database: database, policy: SessionPolicy()) }

    func attempt(
        _ password: String = ResidentsFixture.password, as identifier: String = "amina", from address: String = ResidentsFixture.address,
        knownBrowser: String? = nil
    ) -> SignInAttempt {
        SignInAttempt(
            identifier: identifier, password: secret(password), address: address, browserDigest: TokenDigest(of: "browser"),
            knownBrowser: knownBrowser, userAgent: "Browser")
    }

    func auditKinds() async throws -> [AuditKind] {
        try await database.read { transaction in try transaction.audit.list(limit: 200).map(\.kind) }
    }

    func stored(_ id: ResidentID) async throws -> Resident? {
        try await database.read { transaction in try transaction.residents.find(id) }
    }

    /// All failures counted anywhere.
    func failures() async throws -> (counters: Int, sum: Int) {
        try await database.read { transaction in
            let counts = try transaction.query("SELECT failures FROM failure_counter") { row throws(DatabaseError) in try row.int(0) }
            return (counts.count, counts.reduce(0, +))
        }
    }

    /// A grant of this session to an agency.
    func grant(in session: Session, offline: Bool = false) async throws -> GrantID {
        guard let clientID = ClientID(rawValue: "city-permits") else { throw DomainError("client_id", "is malformed") }
        let metadata = try ClientMetadata(
            json: ["client_name": "City Permits", "redirect_uris": ["https://permits.example/cb"]], operatorRegistered: true)
        let client = Client(id: clientID, metadata: metadata, secretDigest: TokenDigest(of: "secret"), createdAt: noon, updatedAt: noon)
        let grant = Grant(
            id: .random(), residentID: session.residentID, clientID: clientID, sessionDigest: session.digest,
            scope: try ScopeSet(parsing: "openid"), claims: try ClaimsRequest(parsing: "{}"), nonce: nil, authTime: session.authTime,
            acr: session.acr, amr: session.amr, createdAt: noon, expiresAt: noon + .days(30), revokedAt: nil, offline: offline)
        try await database.write { transaction in
            try transaction.clients.upsert(client)
            try transaction.grants.insert(grant)
        }
        return grant.id
    }

    func stored(_ id: GrantID) async throws -> Grant? {
        try await database.read { transaction in try transaction.grants.find(id) }
    }
}

func secret(_ text: String) -> Secret { Secret(Array(text.utf8)) }

extension SignInOutcome {
    var signedIn: SignedIn? { if case .signedIn(let signedIn) = self { signedIn } else { nil } }
    var isRefused: Bool { if case .refused = self { true } else { false } }
    var delay: Duration? { if case .delayed(let wait) = self { wait } else { nil } }
    var isBusy: Bool { if case .busy = self { true } else { false } }
}
