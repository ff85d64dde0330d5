import Cryptography
import HTTPTypes
import JOSE
import OAuthProtocol
import Primitives
import Recovery
import Testing

@Suite("After a restore from a backup")
struct RestoreFlowTests {
    /// Everything that was used since the backup is unused again in the restored database: as if nothing of it had been used at all.
    private func restore(_ house: House) async throws {
        _ = try await Recovery(database: house.database, operator: "test").mark(at: house.now)
        #expect(try await house.keyRing.refreshIfChanged(), "the running server notices")
        #expect(try await house.provider.clients.refreshIfChanged())
        house.advance(.seconds(1))
    }

    private func expectInvalidGrant(_ answer: Answer) {
        #expect(answer.status == .badRequest)
        #expect(answer.json["error"]?.stringValue == "invalid_grant")
    }

    @Test("a code from before is refused, whether it was used since or not")
    func code() async throws {
        let house = try await House()
        try await house.visit { browser in
            let code = try await browser.code()
            try await restore(house)
            expectInvalidGrant(try await browser.redeem(code))
            expectInvalidGrant(try await browser.redeem(code))
        }
    }

    @Test("a refresh token from before is refused, and so is its successor")
    func refreshToken() async throws {
        let house = try await House()
        try await house.visit { browser in
            let request = ["scope": "openid offline_access"]
            let first = try await browser.redeem(try await browser.code(Browser.permitsRequest, request))
            let spent = try #require(first.json["refresh_token"]?.stringValue)
            let unused = try #require(try await browser.refresh(spent).json["refresh_token"]?.stringValue)
            try await restore(house)
            // Within the grace, too: a lost response is not given again.
            expectInvalidGrant(try await browser.refresh(spent))
            expectInvalidGrant(try await browser.refresh(unused))
        }
    }

    @Test("userinfo refuses an access token from before")
    func accessToken() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try #require(try await browser.redeem(try await browser.code()).json["access_token"]?.stringValue)
            #expect(try await browser.userInfo(token).status == .ok)
            try await restore(house)
            #expect(try await browser.userInfo(token).status == .unauthorized)
        }
    }

    @Test("a session from before is over; its resident signs in again, is not asked what they allowed before, and gets tokens that work")
    func session() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.redeem(try await browser.code())
            try await restore(house)
            #expect(try await browser.authorize(Browser.permitsRequest, ["prompt": "none"]).redirected("error") == "login_required")
            let page = try await browser.authorize()
            #expect(page.hasForm("/sign-in"))
            let back = try await browser.signIn(page)
            let tokens = try await browser.redeem(try #require(back.redirected("code"), "consent was asked for again: \(back.text)"))
            #expect(tokens.status == .ok)
            #expect(try await browser.userInfo(try #require(tokens.json["access_token"]?.stringValue)).status == .ok)
            #expect(try await browser.refresh(try #require(tokens.json["refresh_token"]?.stringValue)).status == .ok)
            #expect(try await browser.authorize(Browser.permitsRequest, ["prompt": "none"]).redirected("code") != nil)
        }
    }

    /// Presents an assertion made at `iat` (nil: without one) that expires at `exp`, both counted from the restore.
    private func present(_ key: PrivateKey, _ house: House, _ browser: Browser, restored: Instant, iat: Int64?, exp: Int64) async throws -> Bool {
        var claims: JSONObject = [
            "iss": "tax-office", "sub": "tax-office", "aud": .string(House.issuer), "jti": .string(Base64URL.encode(Randomness.bytes(12))),
            "exp": .integer(restored.secondsSince1970 + exp),
        ]
        if let iat { claims["iat"] = .integer(restored.secondsSince1970 + iat) }
        let assertion = try JWS.sign(JSONValue.object(claims).serializedBytes(), with: key, algorithm: .es256, kid: nil, typ: "JWT")
        let answer = try await browser.token(
            ["grant_type": "client_credentials", "client_assertion_type": ClientCredentials.assertionType, "client_assertion": assertion],
            headers: [:])
        return answer.status == .ok
    }

    @Test("a client's assertion that may have been used before the restore is refused; one made after it works")
    func assertions() async throws {
        let house = try await House()
        let key = try PrivateKey.generate(for: .es256)
        try await house.register([
            "client_id": "tax-office", "client_name": "Tax Office", "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES256", "grant_types": ["client_credentials"], "scope": "files:read",
            "jwks": ["keys": [.object(JWK(key.publicKey, alg: .es256).json)]],
        ])
        let restored = house.now
        try await restore(house)
        house.advance(.seconds(20))
        try await house.visit { browser in
            let cases: [(iat: Int64?, exp: Int64, isAccepted: Bool, why: Comment)] = [
                (-5, 60, false, "made before"), (0, 60, false, "made in the same second"),
                (10, 60, false, "made by a clock that may be ten seconds ahead"), (11, 60, true, "made after"),
                (nil, 60, false, "of unknown age"), (nil, 3610, false, "acceptable from the moment of the restore on"),
                (nil, 3611, true, "not acceptable before"),
            ]
            for (iat, exp, isAccepted, why) in cases {
                let wasAccepted = try await present(key, house, browser, restored: restored, iat: iat, exp: exp)
                #expect(wasAccepted == isAccepted, why)
            }
        }
    }
}
