import Cryptography
import Database
import Domain
import KeyRing
import OAuthProtocol
import Primitives
import Residents
import Storage
import Testing

@testable import Provider

/// A provider in memory with one agency and residents who are signed in without a password.
struct Office {
    static let redirectURI = "https://permits.example/callback"
    static let secret = "a-secret-of-enough-length-0123456789"
    static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    static let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    let now = Instant(milliseconds: 1_900_000_000_000)
    let database: Database
    let provider: Provider
    let browser = BearerToken.mint(.browser).digest

    init(agency changes: JSONObject = [:]) async throws {
        database = Database.openInMemory()
        try await database.migrate(Schema.migrations)
        let keyRing = try await KeyRing.open(database, masterKey: try MasterKey(.random(32)), policy: KeyPolicy(), at: now).0
        let clients = try await ClientRegistry.open(database)
        provider = try Provider(
            policy: ProviderPolicy(issuer: try Issuer("https://id.example")), database: database, keyRing: keyRing, clients: clients,
            supportedLanguages: ["en"])
        try await register(changes)
    }

    /// Registers City Permits, or changes its registration.
    func register(_ changes: JSONObject = [:]) async throws {
        var entry: JSONObject = [
            "client_id": "city-permits", "client_secret": .string(Self.secret), "client_name": "City Permits",
            "redirect_uris": [.string(Self.redirectURI)], "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile email offline_access permits:read", "id_token_signed_response_alg": "ES256",
        ]
        for (name, value) in changes.members { entry[name] = value }
        _ = try await ClientAdministration(database: database, actor: "operator:test").apply([try ClientEntry(entry)], at: now)
        try await provider.clients.refreshIfChanged()
    }

    /// A resident with a live session on this browser.
    func signedIn(_ name: String = "amara") async throws -> ActiveSession {
        let token = BearerToken.mint(.session)
        let (now, browser) = (now, browser)
        try await database.write { transaction in
            let resident = try transaction.residents.find(login: name) ?? Self.resident(name, at: now)
            if try transaction.residents.find(resident.id) == nil { try transaction.residents.insert(resident) }
            try transaction.sessions.insert(
                Session(
                    digest: token.digest, residentID: resident.id, createdAt: now, authTime: now, lastSeenAt: now, idleExpiresAt: now + .hours(1),
                    expiresAt: now + .hours(12), acr: AuthenticationContext.password, amr: ["pwd"], userAgent: "",
                    browserDigest: browser))
        }
        return try #require(try await Sessions(database: database, policy: SessionPolicy()).resume(token.text, at: now))
    }

    private static func resident(_ name: String, at now: Instant) throws -> Resident {
        Resident(
            id: .random(), username: try LoginName(name), claims: try ResidentClaims(json: ["given_name": "Amara", "birthdate": "1990-04-17"]),
            passwordPHC: nil, createdAt: now, updatedAt: now, passwordChangedAt: nil)
    }

    func request(_ changes: [String: String] = [:]) throws -> PendingAuthorization {
        var pairs = [
            "client_id": "city-permits", "redirect_uri": Self.redirectURI, "response_type": "code", "scope": "openid",
            "code_challenge": Self.challenge, "code_challenge_method": "S256",
        ]
        pairs.merge(changes) { $1 }
        return try provider.authorization.receive(
            try FormParameters(urlEncoded: FormEncoding.encode(pairs.map { ($0.key, $0.value) })), at: now)
    }

    /// The consent page shown to `session`'s resident, sent back with the boxes of `scopes` ticked.
    func allow(_ pending: PendingAuthorization, _ session: ActiveSession, _ scopes: Set<String>) async throws -> AuthorizationStep {
        try await provider.authorization.allow(
            pending.asking(session), session: session, decision: ConsentDecision(allowed: scopes), at: now)
    }

    func token(_ form: [String: String], at time: Instant? = nil) async throws -> TokenResponse {
        let text = FormEncoding.encode(form.map { ($0.key, $0.value) })
        return try await provider.token.answer(
            try TokenRequest(try FormParameters(urlEncoded: text)),
            from: .basic(try #require(ClientID(rawValue: "city-permits")), Secret(Array(Self.secret.utf8))), at: time ?? now)
    }

    func redeem(_ code: String) async throws -> TokenResponse {
        try await token([
            "grant_type": "authorization_code", "code": code, "redirect_uri": Self.redirectURI, "code_verifier": Self.verifier,
        ])
    }

    func refresh(_ token: String, at time: Instant) async throws -> TokenResponse {
        try await self.token(["grant_type": "refresh_token", "refresh_token": token], at: time)
    }

    func events(_ kind: AuditKind) async throws -> [AuditEvent] {
        try await database.read { try $0.audit.list(limit: 1000) }.filter { $0.kind == kind }
    }
}

extension AuthorizationStep {
    /// The code, where the step is an answer that has one.
    var code: String? {
        guard case .answer(let response) = self, case .code(let code) = response.outcome else { return nil }
        return code
    }

    var question: ConsentQuestion? { if case .consent(let question) = self { question } else { nil } }
    var asksToSignIn: Bool { if case .signIn = self { true } else { false } }
}

/// The failure that `work` ends with, as the agency would hear of it.
func refusal(_ work: () async throws -> some Sendable) async -> OAuthFailure.Code? {
    do {
        _ = try await work()
        return nil
    } catch let failure as AuthorizationFailure {
        return failure.failure.code
    } catch {
        return (error as? OAuthFailure)?.code
    }
}
