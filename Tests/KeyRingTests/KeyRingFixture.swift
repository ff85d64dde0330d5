import Cryptography
import Database
import Domain
import OAuthProtocol
import Primitives
import Storage

@testable import KeyRing

/// A moment to count from.
let noon = Instant(milliseconds: 1_800_000_000_000)

/// A ring on a database of its own.
struct KeyRingFixture {
    let database: Database
    let masterKey: MasterKey
    let policy = KeyPolicy()
    let ring: KeyRing
    let created: [CreatedKey]

    init(at now: Instant = noon) async throws {
        database = try await Self.emptyDatabase()
        masterKey = try MasterKey(.random(32))
        (ring, created) = try await KeyRing.open(database, masterKey: masterKey, policy: policy, at: now)
    }

    static func emptyDatabase() async throws -> Database {
        let database = Database.openInMemory()
        try await database.migrate(Schema.migrations)
        return database
    }

    var administration: KeyAdministration {
        KeyAdministration(database: database, masterKey: masterKey, policy: policy, operator: "amina")
    }

    /// The moment from which a key made at `noon` may sign.
    var known: Instant { noon + policy.jwksMaxAge + policy.propagation }

    func kid(_ algorithm: SignatureAlgorithm) throws -> String {
        guard let signer = ring.snapshot.signer(algorithm) else { throw KeyRingError.noActiveKey(algorithm) }
        return signer.kid
    }

    /// A staged key made at `now`.
    func stage(_ algorithm: SignatureAlgorithm, at now: Instant = noon) async throws -> String {
        let created = try await administration.apply(.generate(algorithm), at: now).created
        guard let key = created.first else { throw KeyRingError.noActiveKey(algorithm) }
        return key.kid
    }

    func states() async throws -> [String: KeySummary.State] {
        Dictionary(uniqueKeysWithValues: try await administration.list(at: noon).map { ($0.kid, $0.state) })
    }

    func auditKinds() async throws -> [AuditKind] {
        try await database.read { transaction in try transaction.audit.list(limit: 100).map(\.kind) }
    }

    func register(_ id: String, idTokensWith algorithm: SignatureAlgorithm) async throws {
        let metadata = try ClientMetadata(
            json: [
                "client_name": .string(id), "redirect_uris": ["https://permits.example/cb"],
                "id_token_signed_response_alg": .string(algorithm.rawValue),
            ], operatorRegistered: true)
        guard let clientID = ClientID(rawValue: id) else { return }
        let client = Client(id: clientID, metadata: metadata, secretDigest: TokenDigest(of: "secret"), createdAt: noon, updatedAt: noon)
        try await database.write { transaction in try transaction.clients.upsert(client) }
    }
}
