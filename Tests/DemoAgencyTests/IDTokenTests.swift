import Cryptography
import JOSE
import Primitives
import Testing

@testable import DemoAgency

/// OpenID Connect Core 1.0 §3.1.3.7 and §3.1.3.8, check by check.
@Suite("ID token checks")
struct IDTokenTests {
    private let verifier = IDTokenVerifier(issuer: "https://id.example", clientID: "city-permits", algorithm: .es256)

    private func verify(_ provider: ScriptedProvider, accessToken: String = "at-1", nonce: String = "n-1") async throws -> IDToken {
        let script = provider.script.withLock { $0 }
        let known = OpenIDProvider(issuer: "https://id.example", outbound: provider.outbound, timeSource: provider.timeSource)
        return try await verifier.verify(try provider.idToken(script), nonce: nonce, accessToken: accessToken, at: script.now) {
            (kid) async throws(SignInFailure) in try await known.key(named: kid, for: .es256)
        }
    }

    private func refuses(_ expected: String, _ claims: @escaping @Sendable (inout JSONObject) -> Void) async throws {
        let provider = try ScriptedProvider {
            $0.nonce = "n-1"
            $0.claims = claims
        }
        do {
            _ = try await verify(provider)
            Issue.record("accepted")
        } catch let failure as SignInFailure {
            #expect(failure.kind == .untrusted)
            #expect(failure.detail.contains(expected), "\(failure.detail)")
        }
    }

    @Test("a token that passes every check is accepted, with its subject and time of authentication")
    func accepted() async throws {
        let token = try await verify(try ScriptedProvider { $0.nonce = "n-1" })
        #expect(token.subject == "p-123")
        #expect(token.authenticatedAt == Instant(secondsSince1970: 1_799_999_940))
    }

    @Test("another issuer is refused") func issuer() async throws { try await refuses("iss") { $0["iss"] = "https://other.example" } }
    @Test("another audience is refused") func audience() async throws { try await refuses("aud") { $0["aud"] = "family-benefits" } }
    @Test("a missing audience is refused") func noAudience() async throws { try await refuses("aud") { $0["aud"] = nil } }
    @Test("several audiences without an authorized party are refused") func parties() async throws {
        try await refuses("azp") { $0["aud"] = ["city-permits", "family-benefits"] }
    }
    @Test("another authorized party is refused") func authorizedParty() async throws { try await refuses("azp") { $0["azp"] = "family-benefits" } }
    @Test("an expired token is refused") func expired() async throws { try await refuses("exp") { $0["exp"] = 1_799_999_000 } }
    @Test("a token without expiry is refused") func eternal() async throws { try await refuses("exp") { $0["exp"] = nil } }
    @Test("an expiry that is no number is refused") func textExpiry() async throws { try await refuses("exp") { $0["exp"] = "1900000000" } }
    @Test("a token from the future is refused") func future() async throws { try await refuses("iat") { $0["iat"] = 1_800_000_100 } }
    @Test("a token issued long ago is refused") func old() async throws { try await refuses("iat") { $0["iat"] = 1_799_990_000 } }
    @Test("another nonce is refused") func nonce() async throws { try await refuses("nonce") { $0["nonce"] = "n-2" } }
    @Test("a missing nonce is refused") func noNonce() async throws { try await refuses("nonce") { $0["nonce"] = nil } }
    @Test("an at_hash that does not fit the access token is refused") func accessTokenHash() async throws {
        try await refuses("at_hash") { $0["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA" }
    }
    @Test("a missing subject is refused") func noSubject() async throws { try await refuses("sub") { $0["sub"] = nil } }
    @Test("a subject longer than 255 characters is refused") func longSubject() async throws {
        try await refuses("sub") { $0["sub"] = .string(String(repeating: "a", count: 256)) }
    }

    @Test("a token signed with a key the provider does not publish is refused")
    func stranger() async throws {
        let provider = try ScriptedProvider {
            $0.nonce = "n-1"
            $0.signedByStranger = true
        }
        await #expect(throws: SignInFailure.self) { try await verify(provider) }
    }

    @Test("a token with its signature cut off is refused")
    func unsigned() async throws {
        let provider = try ScriptedProvider { $0.nonce = "n-1" }
        let script = provider.script.withLock { $0 }
        let whole = try provider.idToken(script)
        let cut = String(whole[...(whole.lastIndex(of: ".") ?? whole.startIndex)])
        let known = OpenIDProvider(issuer: "https://id.example", outbound: provider.outbound, timeSource: provider.timeSource)
        await #expect(throws: SignInFailure.self) {
            try await verifier.verify(cut, nonce: "n-1", accessToken: "at-1", at: script.now) {
                (kid) async throws(SignInFailure) in try await known.key(named: kid, for: .es256)
            }
        }
    }
}
