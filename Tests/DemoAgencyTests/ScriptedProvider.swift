import Cryptography
import JOSE
import Primitives
import Synchronization

@testable import DemoAgency

/// A provider that answers as a test tells it to, without a network. It signs with a key made for the test.
final class ScriptedProvider: Sendable {
    struct Script: Sendable {
        var issuer = "https://id.example"
        var discoveryIssuer: String?
        var publishedKid: String?
        var cacheControl: String? = "max-age=300"
        var subject = "p-123"
        var userInfoSubject: String?
        var tokenStatus = 200
        var tokenError = "invalid_grant"
        var reachable = true
        var nonce = ""
        var audience: JSONValue = "city-permits"
        var accessToken = "at-1"
        /// Changes the claims before they are signed.
        var claims: @Sendable (inout JSONObject) -> Void = { _ in }
        /// Signs with a key the set does not publish.
        var signedByStranger = false
        var now = Instant(secondsSince1970: 1_800_000_000)
    }

    let script: Mutex<Script>
    let requests = Mutex<[Outbound.Request]>([])
    private let key: PrivateKey
    private let stranger: PrivateKey

    init(_ change: (inout Script) -> Void = { _ in }) throws {
        var initial = Script()
        change(&initial)
        script = Mutex(initial)
        key = try PrivateKey.generate(for: .es256)
        stranger = try PrivateKey.generate(for: .es256)
    }

    var now: Instant { script.withLock(\.now) }
    var timeSource: TimeSource { TimeSource { [self] in now } }
    var outbound: Outbound { Outbound { [self] in try answer($0) } }
    func change(_ change: (inout Script) -> Void) { script.withLock { change(&$0) } }
    func count(of ending: String) -> Int { requests.withLock { $0.count { $0.url.hasSuffix(ending) } } }

    struct Unreachable: Error {}

    private func answer(_ request: Outbound.Request) throws -> Outbound.Response {
        requests.withLock { $0.append(request) }
        let script = script.withLock { $0 }
        guard script.reachable else { throw Unreachable() }
        switch request.url {
        case script.issuer + "/.well-known/openid-configuration": return json(.object(discovery(script)), cacheControl: "max-age=3600")
        case script.issuer + "/jwks": return json(try JWKSet([published(script)]).json, cacheControl: script.cacheControl)
        case script.issuer + "/token":
            guard script.tokenStatus == 200 else { return json(["error": .string(script.tokenError)], status: script.tokenStatus) }
            return json(["access_token": .string(script.accessToken), "token_type": "Bearer", "id_token": .string(try idToken(script))])
        case script.issuer + "/userinfo":
            return json(["sub": .string(script.userInfoSubject ?? script.subject), "given_name": "Ada", "email_verified": true])
        default: return json([:], status: 404)
        }
    }

    private func discovery(_ script: Script) -> JSONObject {
        [
            "issuer": .string(script.discoveryIssuer ?? script.issuer), "authorization_endpoint": .string(script.issuer + "/authorize"),
            "token_endpoint": .string(script.issuer + "/token"), "userinfo_endpoint": .string(script.issuer + "/userinfo"),
            "end_session_endpoint": .string(script.issuer + "/logout"), "jwks_uri": .string(script.issuer + "/jwks"),
        ]
    }

    private func published(_ script: Script) -> JWK { JWK(key.publicKey, alg: .es256, kid: script.publishedKid) }

    func idToken(_ script: Script) throws -> String {
        let hash = Digest.sha256.hash(Array(script.accessToken.utf8))
        var claims: JSONObject = [
            "iss": .string(script.issuer), "sub": .string(script.subject), "aud": script.audience,
            "iat": .integer(script.now.secondsSince1970), "exp": .integer(script.now.secondsSince1970 + 300),
            "auth_time": .integer(script.now.secondsSince1970 - 60), "nonce": .string(script.nonce),
            "at_hash": .string(Base64URL.encode(hash.prefix(16))),
        ]
        script.claims(&claims)
        let kid = published(script).kid
        return try JWS.sign(
            JSONValue.object(claims).serializedBytes(), with: script.signedByStranger ? stranger : key, algorithm: .es256, kid: kid, typ: "JWT")
    }

    private func json(_ value: JSONValue, status: Int = 200, cacheControl: String? = nil) -> Outbound.Response {
        Outbound.Response(status: status, cacheControl: cacheControl, body: value.serializedBytes())
    }
}

extension Agency {
    static let permits = Agency(
        name: "City Permits", tagline: "Building and event permits.", accent: .teal, port: 8081, issuer: "https://id.example",
        clientID: "city-permits", clientSecret: Secret(Array("s p&t".utf8)), scope: "openid profile")
}
