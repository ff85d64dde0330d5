import Cryptography
import OAuthProtocol
import Testing

@Suite("Client authentication (RFC 6749 §2.3, RFC 7521 §4.2)")
struct RFC6749ClientAuthenticationTests {
    private let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    private func read(_ header: String?, _ pairs: [(String, String)] = []) throws(OAuthFailure) -> ClientCredentials {
        try ClientCredentials.read(authorizationHeader: header, form: form(pairs))
    }

    private func refused(_ header: String?, _ pairs: [(String, String)] = []) -> String? {
        reference { () throws(OAuthFailure) in try read(header, pairs) }
    }

    /// Standard base64 with padding.
    private func basic(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bytes = Array(text.utf8)
        var output = "Basic "
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for position in 0..<4 {
                output.append(position <= group.count ? alphabet[value >> (18 - 6 * position) & 63] : "=")
            }
        }
        return output
    }

    @Test("Basic parts are form-decoded after the first colon has split them")
    func basicDecoding() throws {
        // The example of RFC 6749 §2.3.1.
        guard case .basic(let id, let secret) = try read("Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW") else { return #expect(Bool(false)) }
        #expect(id.rawValue == "s6BhdRkqt3")
        #expect(secret == Secret(Array("gX1fBat3bV".utf8)))
        guard case .basic(let other, let odd) = try read(basic("a%3Ab:p%25%2B+x:y")) else { return #expect(Bool(false)) }
        #expect(other.rawValue == "a:b")
        #expect(odd == Secret(Array("p%+ x:y".utf8)))
    }

    @Test("Basic with bad base64, coding, identifier or without a secret is invalid_client")
    func basicMalformed() {
        let cases: [(String, CredentialsReference)] = [
            ("Basic", .schemeUnsupported), ("Bearer abc", .schemeUnsupported), ("", .schemeUnsupported), ("Basic ", .basicMalformed),
            ("Basic !!!!", .basicMalformed), ("Basic YTpi=", .basicMalformed), ("Basic YTpiY", .basicMalformed),
            ("Basic YTpiYx==", .basicMalformed), ("Basic ====", .basicMalformed), ("Basic YTpi YTpi", .basicMalformed),
            (basic("nocolon"), .basicMalformed), (basic("a:%zz"), .basicEncoding), (basic("a:%00"), .basicEncoding),
            (basic("a:%C0%80"), .basicEncoding), (basic("a:é"), .basicEncoding), (basic(":secret"), .basicClientID),
            (basic("a+b:secret"), .basicClientID), (basic("a:"), .basicSecretMissing),
            (basic("a:" + String(repeating: "x", count: 1025)), .secretTooLong),
        ]
        for (header, expected) in cases {
            let refusal = failure { () throws(OAuthFailure) in try read(header) }
            #expect(refusal?.reference == expected.rawValue, "\(header)")
            #expect(refusal?.status == 401, "\(header)")
        }
    }

    @Test("client_id beside Basic is accepted only when identical")
    func bodyIDBesideBasic() throws {
        #expect(try read(basic("a:s"), [("client_id", "a")]).clientID?.rawValue == "a")
        #expect(refused(basic("a:s"), [("client_id", "b")]) == CredentialsReference.clientIDDiffers.rawValue)
    }

    @Test("a secret in the body, and a public client by its identifier alone")
    func bodyMethods() throws {
        guard case .post(let id, let secret) = try read(nil, [("client_id", "a"), ("client_secret", "p%+ x")]) else {
            return #expect(Bool(false))
        }
        #expect(id.rawValue == "a")
        #expect(secret == Secret(Array("p%+ x".utf8)))
        guard case .none(let publicID) = try read(nil, [("client_id", "a"), ("client_secret", "")]) else { return #expect(Bool(false)) }
        #expect(publicID.rawValue == "a")
        #expect(
            refused(nil, [("client_id", "a"), ("client_secret", String(repeating: "x", count: 1025))])
                == CredentialsReference.secretTooLong.rawValue)
    }

    @Test("more than one method is invalid_request")
    func severalMethods() {
        let secret = ("client_secret", "s")
        let assertion = [("client_assertion", "a.b.c"), ("client_assertion_type", assertionType)]
        for (header, pairs) in [
            (basic("a:s"), [secret]), (basic("a:s"), assertion), (nil, assertion + [secret]), (basic("a:s"), assertion + [secret]),
        ] {
            let refusal = failure { () throws(OAuthFailure) in try read(header, pairs + [("client_id", "a")]) }
            #expect(refusal?.reference == CredentialsReference.severalMethods.rawValue)
            #expect(refusal?.code == .invalidRequest)
        }
    }

    @Test("an assertion needs its exact type and the characters of a JWT; its client_id is optional")
    func assertions() throws {
        guard case .assertion(nil, let jwt) = try read(nil, [("client_assertion", "a.b.c"), ("client_assertion_type", assertionType)]) else {
            return #expect(Bool(false))
        }
        #expect(jwt == "a.b.c")
        #expect(
            try read(nil, [("client_id", "x"), ("client_assertion", "a.b.c"), ("client_assertion_type", assertionType)]).clientID?.rawValue == "x")
        #expect(refused(nil, [("client_assertion", "a.b.c")]) == CredentialsReference.assertionTypeMissing.rawValue)
        #expect(refused(nil, [("client_id", "a"), ("client_assertion_type", assertionType)]) == CredentialsReference.assertionMissing.rawValue)
        for type in ["urn:ietf:params:oauth:client-assertion-type:saml2-bearer", assertionType.uppercased(), "jwt"] {
            let refusal = failure { () throws(OAuthFailure) in try read(nil, [("client_assertion", "a.b.c"), ("client_assertion_type", type)]) }
            #expect(refusal?.reference == CredentialsReference.assertionTypeUnsupported.rawValue)
            #expect(refusal?.code == .invalidClient)
        }
        for jwt in ["a b", "a.b.c=", String(repeating: "a", count: 16_385)] {
            #expect(
                refused(nil, [("client_assertion", jwt), ("client_assertion_type", assertionType)])
                    == CredentialsReference.assertionMalformed.rawValue)
        }
    }

    @Test("a request that names no client is invalid_client, one with an impossible identifier invalid_request")
    func missing() {
        #expect(refused(nil) == CredentialsReference.missing.rawValue)
        #expect(refused(nil, [("client_secret", "s")]) == CredentialsReference.missing.rawValue)
        for id in ["a b", "é", String(repeating: "a", count: 257), "a\n"] {
            #expect(refused(nil, [("client_id", id)]) == CredentialsReference.clientIDMalformed.rawValue)
        }
    }

    @Test("credentials do not print their secret")
    func printing() throws {
        #expect(!"\(try read(basic("a:topsecret")))".contains("topsecret"))
        #expect(!String(reflecting: try read(nil, [("client_id", "a"), ("client_secret", "topsecret")])).contains("topsecret"))
    }
}
