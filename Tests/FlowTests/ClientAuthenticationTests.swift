import Cryptography
import HTTPTypes
import JOSE
import OAuthProtocol
import Primitives
import Testing

@testable import Web

@Suite("RFC 7523 and RFC 6749 §2.3: client authentication")
struct ClientAuthenticationTests {
    /// A house with clients for every method, and the keys that tax-office signs with.
    private struct Fixture {
        let house: House
        let key: PrivateKey
        let otherKey: PrivateKey

        init() async throws {
            house = try await House()
            key = try PrivateKey.generate(for: .es256)
            otherKey = try PrivateKey.generate(for: .es256)
            try await register("tax-office", key)
            try await register("land-register", otherKey)
            try await house.register([
                "client_id": "post-office", "client_name": "Post Office", "client_secret": .string(House.permitsSecret),
                "token_endpoint_auth_method": "client_secret_post", "grant_types": ["client_credentials"], "scope": "parcels:read",
            ])
        }

        private func register(_ id: String, _ key: PrivateKey) async throws {
            try await house.register([
                "client_id": .string(id), "client_name": .string(id), "token_endpoint_auth_method": "private_key_jwt",
                "token_endpoint_auth_signing_alg": "ES256", "grant_types": ["client_credentials"], "scope": "files:read",
                "jwks": ["keys": [.object(JWK(key.publicKey, alg: .es256, kid: "k1").json)]],
            ])
        }

        func claims(_ changes: [String: JSONValue?] = [:]) -> JSONObject {
            var claims: JSONObject = [
                "iss": "tax-office", "sub": "tax-office", "aud": .string(House.issuer), "jti": .string(Base64URL.encode(Randomness.bytes(12))),
                "iat": .integer(house.now.secondsSince1970), "exp": .integer(house.now.secondsSince1970 + 60),
            ]
            for (name, value) in changes { claims[name] = value }
            return claims
        }

        func assertion(_ changes: [String: JSONValue?] = [:], key: PrivateKey? = nil, kid: String? = "k1") throws -> String {
            let payload = JSONValue.object(claims(changes)).serializedBytes()
            return try JWS.sign(payload, with: key ?? self.key, algorithm: .es256, kid: kid, typ: "JWT")
        }
    }

    private static let assertionType = ClientCredentials.assertionType

    private func present(_ assertion: String, _ browser: Browser, _ changes: [String: String?] = [:], headers: HTTPFields = [:]) async throws
        -> Answer
    {
        try await browser.token(
            ["grant_type": "client_credentials", "client_assertion_type": Self.assertionType, "client_assertion": assertion], changes,
            headers: headers)
    }

    private func expectRefused(_ answer: Answer, _ comment: Comment? = nil) {
        #expect(answer.status == .unauthorized, comment)
        #expect(answer.json["error"]?.stringValue == "invalid_client", comment)
        #expect(answer.json["access_token"] == nil, comment)
        #expect(answer.headers[.cacheControl] == "no-store", comment)
    }

    @Test("a signed assertion is good once, for the issuer or the token endpoint, with or without kid and client_id")
    func goodAssertions() async throws {
        let fixture = try await Fixture()
        try await fixture.house.visit { browser in
            let good = [
                try fixture.assertion(), try fixture.assertion(kid: nil), try fixture.assertion(["aud": [.string(House.issuer)]]),
                try fixture.assertion(["aud": .string(House.issuer + "/token")]), try fixture.assertion(["iat": nil]),
            ]
            for assertion in good { #expect(try await present(assertion, browser).status == .ok) }
            #expect(try await present(try fixture.assertion(), browser, ["client_id": "tax-office"]).status == .ok)
        }
    }

    @Test("a replayed assertion is refused, and so is another with its jti")
    func replay() async throws {
        let fixture = try await Fixture()
        try await fixture.house.visit { browser in
            let assertion = try fixture.assertion(["jti": "once"])
            #expect(try await present(assertion, browser).status == .ok)
            expectRefused(try await present(assertion, browser))
            expectRefused(try await present(try fixture.assertion(["jti": "once", "iat": nil]), browser))
            let others = try fixture.assertion(["iss": "land-register", "sub": "land-register", "jti": "once"], key: fixture.otherKey)
            #expect(try await present(others, browser).status == .ok, "a jti belongs to its client")
        }
    }

    @Test("of twenty simultaneous presentations of one assertion exactly one is accepted")
    func race() async throws {
        let fixture = try await Fixture()
        try await fixture.house.visit { browser in
            let assertion = try fixture.assertion()
            let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { try await present(assertion, browser).status == .ok } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(wins == 1)
        }
    }

    @Test("an assertion whose claims are not what RFC 7523 §3 asks for is refused")
    func wrongClaims() async throws {
        let fixture = try await Fixture()
        let now = fixture.house.now.secondsSince1970
        let wrong: [(String, [String: JSONValue?])] = [
            ("expired", ["exp": .integer(now)]), ("expired long ago", ["exp": .integer(now - 3600)]), ("no exp", ["exp": nil]),
            ("exp too far", ["exp": .integer(now + 3700)]), ("exp as text", ["exp": .string("\(now + 60)")]),
            ("exp negative", ["exp": -1]), ("nbf in the future", ["nbf": .integer(now + 61)]), ("iat in the future", ["iat": .integer(now + 61)]),
            ("no aud", ["aud": nil]), ("wrong aud", ["aud": "https://other.example"]), ("aud almost", ["aud": .string(House.issuer + "/")]),
            ("two audiences", ["aud": [.string(House.issuer), "https://other.example"]]), ("empty aud", ["aud": []]),
            ("sub is another", ["sub": "land-register"]), ("no sub", ["sub": nil]), ("iss is another", ["iss": "land-register"]),
            ("no iss", ["iss": nil]), ("unknown iss", ["iss": "nobody", "sub": "nobody"]), ("no jti", ["jti": nil]), ("empty jti", ["jti": ""]),
            ("long jti", ["jti": .string(String(repeating: "j", count: 257))]), ("jti as number", ["jti": 7]),
        ]
        try await fixture.house.visit { browser in
            for (name, changes) in wrong { expectRefused(try await present(try fixture.assertion(changes), browser), "\(name)") }
        }
    }

    @Test("a client's clock may be ten seconds ahead")
    func clockTolerance() async throws {
        let fixture = try await Fixture()
        let now = fixture.house.now.secondsSince1970
        try await fixture.house.visit { browser in
            let ahead = try fixture.assertion(["iat": .integer(now + 10), "nbf": .integer(now + 10)])
            #expect(try await present(ahead, browser).status == .ok)
        }
    }

    @Test("only a key registered for this client verifies its assertion")
    func keys() async throws {
        let fixture = try await Fixture()
        try await fixture.house.visit { browser in
            let strangers = try PrivateKey.generate(for: .es256)
            for kid in ["k2", "../../etc/passwd", "' OR 1=1 --", String(repeating: "k", count: 4000)] {
                expectRefused(try await present(try fixture.assertion(kid: kid), browser), "kid \(kid.prefix(20))")
            }
            expectRefused(try await present(try fixture.assertion(key: fixture.otherKey), browser), "the key of another client")
            expectRefused(try await present(try fixture.assertion(key: strangers), browser), "a key nobody registered")
            let jwk = JSONValue.object(JWK(strangers.publicKey, alg: .es256).json).serialized()
            for header in [#""jwk":\#(jwk)"#, #""jku":"https://evil.example/jwks""#, #""x5u":"https://evil.example/x""#, #""x5c":["AAAA"]"#] {
                let input =
                    Forgery.segment(#"{"alg":"ES256","typ":"JWT",\#(header)}"#) + "."
                    + Base64URL.encode(JSONValue.object(fixture.claims()).serializedBytes())
                let token = input + "." + Base64URL.encode(try strangers.sign(Array(input.utf8), .es256))
                expectRefused(try await present(token, browser), "\(header.prefix(6))")
            }
        }
    }

    @Test("an assertion must be signed, by the registered algorithm, and never with the public key as a shared secret")
    func algorithms() async throws {
        let fixture = try await Fixture()
        try await fixture.house.visit { browser in
            let payload = Base64URL.encode(JSONValue.object(fixture.claims()).serializedBytes())
            for name in ["none", "None", "nOnE"] {
                let header = Forgery.segment(#"{"alg":"\#(name)"}"#)
                expectRefused(try await present("\(header).\(payload).", browser), "\(name)")
                expectRefused(try await present("\(header).\(payload).AA", browser), "\(name)")
            }
            let secret = Secret(JSONValue.object(JWK(fixture.key.publicKey, alg: .es256, kid: "k1").json).serializedBytes())
            let shared = try JWS.signHMAC(JSONValue.object(fixture.claims()).serializedBytes(), secret: secret, kid: "k1", typ: "JWT")
            expectRefused(try await present(shared, browser), "HS256")
            let rsa = try PrivateKey.generate(for: .rs256)
            let bytes = JSONValue.object(fixture.claims()).serializedBytes()
            for algorithm in [SignatureAlgorithm.rs256, .ps256] {
                let other = try JWS.sign(bytes, with: rsa, algorithm: algorithm, kid: "k1", typ: "JWT")
                expectRefused(try await present(other, browser), "\(algorithm.rawValue)")
            }
            expectRefused(try await present(try JWS.sign(bytes, with: fixture.key, algorithm: .es256, kid: "k1", typ: "at+jwt"), browser), "typ")
        }
    }

    @Test("an algorithm the key could do, but the client is not registered for, is refused")
    func registeredAlgorithm() async throws {
        let house = try await House()
        let key = try PrivateKey.generate(for: .rs256)
        try await house.register([
            "client_id": "tax-office", "client_name": "Tax Office", "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "PS256", "grant_types": ["client_credentials"], "scope": "files:read",
            "jwks": ["keys": [.object(JWK(key.publicKey, alg: nil, kid: "k1").json)]],
        ])
        let now = house.now.secondsSince1970
        func assertion(_ algorithm: SignatureAlgorithm) throws -> String {
            let claims: JSONObject = [
                "iss": "tax-office", "sub": "tax-office", "aud": .string(House.issuer), "jti": .string(algorithm.rawValue), "exp": .integer(now + 60),
            ]
            return try JWS.sign(JSONValue.object(claims).serializedBytes(), with: key, algorithm: algorithm, kid: "k1", typ: nil)
        }
        let tokens = [try assertion(.rs256), try assertion(.ps256)]
        try await house.visit { browser in
            expectRefused(try await present(tokens[0], browser))
            #expect(try await present(tokens[1], browser).status == .ok)
        }
    }

    @Test("an assertion is refused from a client registered for secrets, and where client_id names another")
    func methodOfAnotherKind() async throws {
        let fixture = try await Fixture()
        try await fixture.house.visit { browser in
            expectRefused(try await present(try fixture.assertion(["iss": "city-permits", "sub": "city-permits"]), browser))
            expectRefused(try await present(try fixture.assertion(), browser, ["client_id": "land-register"]))
            let secret = ["grant_type": "client_credentials", "client_id": "tax-office", "client_secret": House.permitsSecret]
            expectRefused(try await browser.token(secret, headers: [:]), "tax-office has no secret")
            expectRefused(try await browser.token(["grant_type": "client_credentials", "client_id": "tax-office"], headers: [:]), "not public")
        }
    }

    @Test("two methods at once are invalid_request")
    func twoMethods() async throws {
        let fixture = try await Fixture()
        try await fixture.house.visit { browser in
            let answers = [
                try await present(try fixture.assertion(), browser, headers: Browser.permitsAuthorization),
                try await present(try fixture.assertion(), browser, ["client_secret": "x", "client_id": "tax-office"]),
                try await browser.token(["grant_type": "client_credentials", "client_id": "city-permits", "client_secret": House.permitsSecret]),
            ]
            for answer in answers {
                #expect(answer.status == .badRequest)
                #expect(answer.json["error"]?.stringValue == "invalid_request")
            }
        }
    }

    @Test("an assertion without its type, of another type, or a type without assertion is refused")
    func assertionType() async throws {
        let fixture = try await Fixture()
        try await fixture.house.visit { browser in
            let untyped = try await present(try fixture.assertion(), browser, ["client_assertion_type": nil])
            #expect(untyped.json["error"]?.stringValue == "invalid_request")
            let saml = ["client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"] as [String: String?]
            expectRefused(try await present(try fixture.assertion(), browser, saml))
            let alone = try await browser.token(
                ["grant_type": "client_credentials", "client_id": "tax-office", "client_assertion_type": Self.assertionType], headers: [:])
            #expect(alone.json["error"]?.stringValue == "invalid_request")
            for text in ["not a token", "a.b", String(repeating: "a", count: 9000)] {
                expectRefused(try await present(text, browser), "\(text.prefix(12))")
            }
        }
    }

    @Test("a client uses the method it is registered for: post and basic do not stand in for each other")
    func secretMethods() async throws {
        let fixture = try await Fixture()
        try await fixture.house.visit { browser in
            let grant = ["grant_type": "client_credentials"]
            let inBody = grant.merging(["client_id": "post-office", "client_secret": House.permitsSecret]) { $1 }
            #expect(try await browser.token(inBody, headers: [:]).status == .ok)
            let basic: HTTPFields = [.authorization: "Basic " + Browser.base64("post-office:" + House.permitsSecret)]
            expectRefused(try await browser.token(grant, headers: basic))
            #expect(try await browser.token(grant).status == .ok)
            let permits = grant.merging(["client_id": "city-permits", "client_secret": House.permitsSecret]) { $1 }
            expectRefused(try await browser.token(permits, headers: [:]))
        }
    }

    @Test(
        "a malformed Authorization header is invalid_client",
        arguments: [
            "Basic " + Browser.base64("city%zzpermits:secret"), "Basic " + Browser.base64("city-permits:%"), "Basic !!!", "Basic ",
            "Basic " + Browser.base64("city-permits"), "Basic " + Browser.base64("city-permits:"), "Basic " + Browser.base64(":secret"),
            "Basic " + Browser.base64("city-permits:%ff"), "Bearer x", "Digest username=x", "Basic " + Browser.base64("city permits:s"),
        ])
    func malformedHeader(_ header: String) async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            expectRefused(try await browser.token(["grant_type": "client_credentials"], headers: [.authorization: header]))
        }
    }

    @Test("identifier and secret of Basic are form-encoded: a secret with % and : is accepted in its encoding")
    func basicEncoding() async throws {
        let house = try await House()
        let secret = "50% of: a + secret & more of it"
        try await house.register([
            "client_id": "odd:client", "client_name": "Odd", "client_secret": .string(secret), "grant_types": ["client_credentials"],
            "scope": "files:read",
        ])
        try await house.visit { browser async throws in
            let pair = FormEncoding.encode([("odd:client", secret)]).replacing("=", with: ":")
            let encoded: HTTPFields = [.authorization: "basic " + Browser.base64(pair)]
            #expect(try await browser.token(["grant_type": "client_credentials"], headers: encoded).status == .ok)
        }
    }

    @Test("a public client that sends a secret is refused, whatever the secret")
    func publicClientWithSecret() async throws {
        let house = try await House()
        try await house.visit { browser in
            let form = ["grant_type": "refresh_token", "refresh_token": "ptr_x", "client_id": "family-benefits", "client_secret": "anything"]
            expectRefused(try await browser.token(form, headers: [:]))
            let basic: HTTPFields = [.authorization: "Basic " + Browser.base64("family-benefits:anything")]
            expectRefused(try await browser.token(["grant_type": "refresh_token", "refresh_token": "ptr_x"], headers: basic))
        }
    }

    @Test("a rotated secret replaces the old one at once")
    func rotatedSecret() async throws {
        let house = try await House()
        try await house.visit { browser in
            let id = try #require(ClientID(rawValue: "city-permits"))
            let new = try #require(try await house.clientAdministration.rotateSecret(of: id, at: house.now).generatedSecret)
            try await house.provider.clients.refreshIfChanged()
            expectRefused(try await browser.token(["grant_type": "client_credentials"]))
            let headers: HTTPFields = [.authorization: "Basic " + Browser.base64("city-permits:" + new)]
            #expect(try await browser.token(["grant_type": "client_credentials"], headers: headers).status == .ok)
        }
    }
}
