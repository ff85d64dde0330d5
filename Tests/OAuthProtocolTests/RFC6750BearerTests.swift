import OAuthProtocol
import Testing

@Suite("Bearer tokens (RFC 6750)")
struct RFC6750BearerTests {
    private func read(_ header: String?, _ body: String? = nil, query: Bool = false) throws(OAuthFailure) -> String? {
        var form: FormParameters?
        if let body { form = try FormParameters(urlEncoded: body) }
        return try BearerAuthorization.read(authorizationHeader: header, form: form, queryHasToken: query)
    }

    @Test("a token is read from the header in any case of the scheme, or from the body")
    func reading() throws {
        #expect(try read("Bearer abc.DEF-_~+/==") == "abc.DEF-_~+/==")
        #expect(try read("bEARER   abc") == "abc")
        #expect(try read(nil, "access_token=abc") == "abc")
    }

    @Test("no token is no failure: the challenge then names no error")
    func absent() throws {
        #expect(try read(nil) == nil)
        #expect(try read("Basic YTpi") == nil)
        #expect(try read("Bearer") == nil)
        #expect(try read("Bearerabc") == nil)
        #expect(BearerAuthorization.challenge(realm: "id") == "Bearer realm=\"id\"")
    }

    @Test("a token in the query is refused even beside one in the header")
    func query() {
        #expect(reference { () throws(OAuthFailure) in try read("Bearer abc", query: true) } == BearerReference.tokenInQuery.rawValue)
    }

    @Test("two tokens are refused, even equal ones")
    func twice() {
        let refusal = failure { () throws(OAuthFailure) in try read("Bearer abc", "access_token=abc") }
        #expect(refusal?.reference == BearerReference.severalTokens.rawValue)
        #expect(refusal?.status == 400)
    }

    @Test(
        "characters that no bearer token has are refused", arguments: ["Bearer a b", "Bearer ", "Bearer ===", "Bearer a=b", "Bearer a,b", "Bearer é"])
    func malformed(header: String) {
        #expect(reference { () throws(OAuthFailure) in try read(header) } == BearerReference.tokenMalformed.rawValue)
    }

    @Test("a token of more than 16 KiB is refused")
    func tooLong() {
        let header = "Bearer " + String(repeating: "a", count: 16_385)
        #expect(reference { () throws(OAuthFailure) in try read(header) } == BearerReference.tokenMalformed.rawValue)
    }

    @Test("a challenge cannot be broken out of by quotes or line ends in what it quotes")
    func challenge() {
        let refusal = OAuthFailure(.insufficientScope, reference: "X-1", description: "Needs \"email\"\r\nSet-Cookie: a=b\\")
        let text = BearerAuthorization.challenge(realm: "i\"d", failure: refusal, scope: ScopeSet([.openid, .email]))
        #expect(
            text
                == "Bearer realm=\"i'd\", error=\"insufficient_scope\", error_description=\"Needs 'email'??Set-Cookie: a=b?\", scope=\"openid email\""
        )
        #expect(refusal.status == 403)
    }
}
