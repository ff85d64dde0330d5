import Cryptography
import Domain
import OAuthProtocol
import Primitives

/// The claims of an ID token (OpenID Connect Core §2).
struct IDToken {
    let claims: JSONObject

    init(
        _ redemption: ResidentRedemption, client: Client, subject: String, sessionID: String?, accessToken: String,
        algorithm: SignatureAlgorithm, policy: ProviderPolicy, at now: Instant
    ) {
        let grant = redemption.grant
        var claims: [(name: String, value: JSONValue)] = [
            ("iss", .string(policy.issuer.text)),
            ("sub", .string(subject)),
            ("aud", .string(client.id.rawValue)),
            ("iat", .integer(now.secondsSince1970)),
            ("exp", .integer((now + policy.idTokenLifetime).secondsSince1970)),
            ("auth_time", .integer(grant.authTime.secondsSince1970)),
            ("acr", .string(grant.acr)),
            ("amr", .array(grant.amr.map(JSONValue.string))),
            ("at_hash", .string(Self.hash(of: accessToken, algorithm))),
        ]
        if let nonce = redemption.nonce { claims.append(("nonce", .string(nonce))) }
        if let sessionID { claims.append(("sid", .string(sessionID))) }
        for name in grant.claims.idToken.keys.sorted() where !claims.contains(where: { $0.name == name }) {
            if let value = redemption.resident.claim(name) { claims.append((name, value)) }
        }
        self.claims = JSONObject(distinct: claims)
    }

    /// `at_hash`: the left half of the hash that the signature's algorithm uses (OpenID Connect Core §3.1.3.6); Ed25519 uses SHA-512.
    static func hash(of token: String, _ algorithm: SignatureAlgorithm) -> String {
        let digest: Digest =
            switch algorithm {
            case .es256, .rs256, .ps256: .sha256
            case .es384: .sha384
            case .edDSA: .sha512
            }
        let bytes = digest.hash(token.utf8)
        return Base64URL.encode(bytes.prefix(bytes.count / 2))
    }
}
