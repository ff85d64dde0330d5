import Cryptography
import Database
import Domain
import EngineFixture
import OAuthProtocol
import Primitives
import Storage

extension Engine {
    /// An empty database with the current schema.
    func open() async throws -> Database {
        let database = try openEmpty()
        try await database.migrate(Schema.migrations)
        return database
    }
}

/// A moment to count from.
let noon = Instant(milliseconds: 1_800_000_000_000)

/// Rows that refer to each other as they do in life: a resident with a session, a client, a grant.
struct Fixture {
    let resident: Resident
    let client: Client
    let session: Session
    let grant: Grant

    init(username: String = "amina", client: String = "city-permits", offline: Bool = false) throws {
        let resident = try Resident.named(username)
        let client = try Client.named(client)
        let session = Session.of(resident)
        self.resident = resident
        self.client = client
        self.session = session
        grant = try Grant.from(session, to: client, offline: offline)
    }

    func insert(in transaction: WriteTransaction) throws {
        try transaction.residents.insert(resident)
        try transaction.clients.upsert(client)
        try transaction.sessions.insert(session)
        try transaction.grants.insert(grant)
    }

    func code(_ text: String = "code", expiresIn: Duration = .minutes(1)) -> AuthorizationCode {
        AuthorizationCode(
            digest: TokenDigest(of: text), grantID: grant.id, clientID: client.id, redirectURI: "https://permits.example/cb",
            redirectURIWasSent: true, codeChallenge: nil, createdAt: noon, expiresAt: noon + expiresIn)
    }

    func refreshToken(_ text: String = "refresh", generation: Int = 0, expiresIn: Duration = .days(30)) -> RefreshToken {
        RefreshToken(
            digest: TokenDigest(of: text), grantID: grant.id, clientID: client.id, scope: grant.scope, generation: generation, issuedAt: noon,
            expiresAt: noon + expiresIn, usedAt: nil)
    }
}

extension Resident {
    static func named(_ username: String, claims: JSONObject = [:]) throws -> Resident {
        Resident(
            id: .random(), username: try LoginName(username), claims: try ResidentClaims(json: claims), passwordPHC: nil, createdAt: noon,
            updatedAt: noon, passwordChangedAt: nil)
    }
}

extension Client {
    static func named(_ id: String) throws -> Client {
        let metadata = try ClientMetadata(
            json: ["client_name": .string(id), "redirect_uris": ["https://permits.example/cb"]], operatorRegistered: true)
        guard let id = ClientID(rawValue: id) else { throw DomainError("client_id", "is malformed") }
        return Client(id: id, metadata: metadata, secretDigest: TokenDigest(of: "secret"), createdAt: noon, updatedAt: noon)
    }
}

extension Session {
    static func of(_ resident: Resident, _ text: String? = nil) -> Session {
        Session(
            digest: TokenDigest(of: text ?? "session of \(resident.id)"), residentID: resident.id, createdAt: noon, authTime: noon, lastSeenAt: noon,
            idleExpiresAt: noon + .minutes(30), expiresAt: noon + .hours(12), acr: "urn:portico:password", amr: ["pwd"], userAgent: "Browser",
            browserDigest: TokenDigest(of: "browser"))
    }
}

extension Grant {
    static func from(_ session: Session, to client: Client, offline: Bool = false) throws -> Grant {
        Grant(
            id: .random(), residentID: session.residentID, clientID: client.id, sessionDigest: session.digest,
            scope: try ScopeSet(parsing: "openid email"),
            claims: try ClaimsRequest(parsing: #"{"userinfo":{"email":{"essential":true}}}"#), nonce: "n-0S6_WzA2Mj", authTime: session.authTime,
            acr: session.acr, amr: session.amr, createdAt: noon, expiresAt: noon + .days(30), revokedAt: nil, offline: offline)
    }
}
