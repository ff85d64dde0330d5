import OAuthProtocol
import Testing

@Suite("PKCE (RFC 7636)")
struct RFC7636PKCETests {
    // RFC 7636 Appendix B.
    private let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    private let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    @Test("the verifier of Appendix B satisfies its challenge")
    func vector() throws {
        #expect(try CodeChallenge(challenge: challenge, method: "S256").isSatisfied(by: verifier))
    }

    @Test("another verifier, the challenge itself and malformed verifiers do not")
    func wrongVerifier() throws {
        let challenge = try CodeChallenge(challenge: challenge, method: "S256")
        for wrong in [
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", challenge.challenge, "", "x", verifier + "=", verifier + " ",
            String(verifier.dropLast()),
        ] {
            #expect(!challenge.isSatisfied(by: wrong), "\(wrong)")
        }
    }

    @Test("an omitted method means plain and is refused, as is any other method", arguments: [nil, "plain", "s256", "S512", "S256 "])
    func methods(method: String?) {
        let refusal = failure { () throws(OAuthFailure) in try CodeChallenge(challenge: challenge, method: method) }
        #expect(refusal?.code == .invalidRequest)
        #expect(refusal?.reference == (method == nil ? PKCEReference.methodMissing : .methodUnsupported).rawValue)
    }

    @Test("a challenge is exactly 43 base64url characters that encode 32 bytes")
    func challenges() {
        for wrong in [
            "", String(challenge.dropLast()), challenge + "A", challenge + "=", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN", String(repeating: "é", count: 21) + "a",
        ] {
            #expect(
                reference { () throws(OAuthFailure) in try CodeChallenge(challenge: wrong, method: "S256") }
                    == PKCEReference.challengeMalformed.rawValue, "\(wrong)")
        }
    }

    @Test("a verifier in a token request has 43 to 128 unreserved characters")
    func verifierSyntax() throws {
        func answer(_ verifier: String) -> OAuthFailure? {
            failure { () throws(OAuthFailure) in
                try TokenRequest(form([("grant_type", "authorization_code"), ("code", "c"), ("code_verifier", verifier)]))
            }
        }
        #expect(answer(String(repeating: "a", count: 43)) == nil)
        #expect(answer(String(repeating: "~", count: 128)) == nil)
        for wrong in [
            String(repeating: "a", count: 42), String(repeating: "a", count: 129), String(repeating: "a", count: 42) + "+",
            String(repeating: "é", count: 43),
        ] {
            #expect(answer(wrong)?.reference == PKCEReference.verifierMalformed.rawValue)
            #expect(answer(wrong)?.code == .invalidGrant)
        }
    }
}
