import Cryptography
import KeyRing
import Primitives
import Testing

@testable import Web

@Suite("NIST SP 800-57 §5.3.4: keys change while tokens are in use")
struct KeyRotationFlowTests {
    private func administration(_ house: House) -> KeyAdministration {
        KeyAdministration(database: house.database, masterKey: house.masterKey, policy: KeyPolicy(), operator: "test")
    }

    /// Makes the change and lets the running server follow.
    @discardableResult
    private func apply(_ change: KeyChange, _ house: House) async throws -> KeyOutcome {
        let outcome = try await administration(house).apply(change, at: house.now)
        #expect(try await house.keyRing.refreshIfChanged())
        return outcome
    }

    private func kid(of token: String?) throws -> String {
        let text = try #require(token)
        let header = text.prefix { $0 != "." }
        let bytes = try #require(Base64URL.decode(header))
        return try #require(try JSONValue(parsing: bytes).objectValue?["kid"]?.stringValue)
    }

    private func publishedKids(_ browser: Browser) async throws -> [String] {
        try await browser.get("/jwks").json["keys"]?.arrayValue?.compactMap { $0.objectValue?["kid"]?.stringValue } ?? []
    }

    @Test("a staged key is published before it signs; what the retired key signed goes on verifying")
    func rotation() async throws {
        let house = try await House()
        try await house.visit { browser in
            let first = try await browser.redeem(try await browser.code())
            let old = try kid(of: first.json["id_token"]?.stringValue)
            let new = try #require(try await apply(.generate(.es256), house).created.first?.kid)
            #expect(try await publishedKids(browser).contains(new))
            let second = try await browser.redeem(try await browser.code())
            #expect(try kid(of: second.json["id_token"]?.stringValue) == old)

            house.advance(.minutes(6))
            let lastOfOld = try await browser.redeem(try await browser.code())
            try await apply(.activate(new), house)
            let firstOfNew = try await browser.redeem(try await browser.code())
            #expect(try kid(of: firstOfNew.json["id_token"]?.stringValue) == new)
            #expect(try kid(of: firstOfNew.json["access_token"]?.stringValue) == new)
            #expect(try await publishedKids(browser).contains(old))
            for tokens in [lastOfOld, firstOfNew] {
                #expect(try await browser.userInfo(try #require(tokens.json["access_token"]?.stringValue)).status == .ok)
            }
            let hinted = ["prompt": "none", "id_token_hint": first.json["id_token"]?.stringValue]
            #expect(try await browser.authorize(Browser.permitsRequest, hinted).redirected("code") != nil)
        }
    }

    @Test("what a revoked key signed is worth nothing at once: access tokens, and ID tokens as hints")
    func revocation() async throws {
        let house = try await House()
        try await house.visit { browser in
            let before = try await browser.redeem(try await browser.code())
            let old = try kid(of: before.json["access_token"]?.stringValue)
            try await apply(.revoke(old, replace: true), house)
            #expect(try await !publishedKids(browser).contains(old))
            #expect(try await browser.userInfo(try #require(before.json["access_token"]?.stringValue)).status == .unauthorized)
            let idToken = try #require(before.json["id_token"]?.stringValue)
            let hinted = try await browser.authorize(Browser.permitsRequest, ["prompt": "none", "id_token_hint": idToken])
            #expect(hinted.redirected("error") == "invalid_request")
            let logout = try await browser.get("/logout?id_token_hint=" + idToken)
            #expect(logout.status == .badRequest)

            let after = try await browser.redeem(try await browser.code())
            #expect(try kid(of: after.json["access_token"]?.stringValue) != old)
            #expect(try await browser.userInfo(try #require(after.json["access_token"]?.stringValue)).status == .ok)
            let refreshed = try await browser.refresh(try #require(before.json["refresh_token"]?.stringValue))
            #expect(refreshed.status == .ok, "refresh tokens are not signed: the resident need not sign in again")
        }
    }

    @Test("the key set's ETag changes with the keys")
    func etag() async throws {
        let house = try await House()
        try await house.visit { browser in
            let before = try #require(try await browser.get("/jwks").headers[.eTag])
            try await apply(.generate(.es256), house)
            let after = try await browser.get("/jwks", headers: [.ifNoneMatch: before])
            #expect(after.status == .ok)
            #expect(after.headers[.eTag] != before)
        }
    }

    @Test("an algorithm whose first key becomes active is named in the metadata")
    func newAlgorithm() async throws {
        let house = try await House()
        try await house.visit { browser in
            let new = try #require(try await apply(.generate(.edDSA), house).created.first?.kid)
            house.advance(.minutes(6))
            try await apply(.activate(new), house)
            let metadata = try await browser.get("/.well-known/openid-configuration").json
            #expect(metadata["id_token_signing_alg_values_supported"]?.stringArray?.contains("EdDSA") == true)
        }
    }
}
