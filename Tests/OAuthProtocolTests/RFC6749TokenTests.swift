import OAuthProtocol
import Primitives
import Testing

@Suite("Token requests and responses (RFC 6749 §4 to §6)")
struct RFC6749TokenTests {
    private func refusal(_ pairs: [(String, String)]) -> OAuthFailure? {
        failure { () throws(OAuthFailure) in try TokenRequest(form(pairs)) }
    }

    @Test("each grant is read into a case of its own")
    func grants() throws {
        let verifier = String(repeating: "v", count: 43)
        #expect(
            try TokenRequest(
                form([
                    ("grant_type", "authorization_code"), ("code", "c"), ("redirect_uri", "https://rp.gov/cb"), ("code_verifier", verifier),
                    ("extra", "ignored"),
                ])) == .authorizationCode(code: "c", redirectURI: "https://rp.gov/cb", codeVerifier: verifier))
        #expect(
            try TokenRequest(form([("grant_type", "authorization_code"), ("code", "c")]))
                == .authorizationCode(code: "c", redirectURI: nil, codeVerifier: nil))
        #expect(
            try TokenRequest(form([("grant_type", "refresh_token"), ("refresh_token", "r"), ("scope", "openid")]))
                == .refreshToken(token: "r", scope: ScopeSet(parsing: "openid")))
        #expect(
            try TokenRequest(form([("grant_type", "refresh_token"), ("refresh_token", "r"), ("scope", "")])) == .refreshToken(token: "r", scope: nil))
        #expect(try TokenRequest(form([("grant_type", "client_credentials")])) == .clientCredentials(scope: nil))
        for grant in GrantType.allCases {
            let request = try TokenRequest(form([("grant_type", grant.rawValue), ("code", "c"), ("refresh_token", "r")]))
            #expect(request.grantType == grant)
        }
    }

    @Test("a missing grant_type is invalid_request, an unknown one unsupported_grant_type")
    func grantTypes() {
        #expect(refusal([])?.reference == TokenReference.grantTypeMissing.rawValue)
        #expect(refusal([])?.code == .invalidRequest)
        for name in ["password", "implicit", "Authorization_code", "urn:ietf:params:oauth:grant-type:device_code", "authorization_code "] {
            #expect(refusal([("grant_type", name)])?.code == .unsupportedGrantType, "\(name)")
        }
    }

    @Test("a grant without its credential is invalid_request, with an impossible one invalid_grant")
    func credentials() {
        #expect(refusal([("grant_type", "authorization_code")])?.reference == TokenReference.codeMissing.rawValue)
        #expect(refusal([("grant_type", "refresh_token")])?.reference == TokenReference.refreshTokenMissing.rawValue)
        for wrong in ["a b", "é", String(repeating: "a", count: 1025)] {
            #expect(refusal([("grant_type", "authorization_code"), ("code", wrong)])?.reference == TokenReference.codeMalformed.rawValue)
            #expect(refusal([("grant_type", "refresh_token"), ("refresh_token", wrong)])?.reference == TokenReference.refreshTokenMalformed.rawValue)
            #expect(refusal([("grant_type", "refresh_token"), ("refresh_token", wrong)])?.code == .invalidGrant)
        }
        let long = "https://rp.gov/" + String(repeating: "a", count: 2048)
        #expect(
            refusal([("grant_type", "authorization_code"), ("code", "c"), ("redirect_uri", long)])?.reference
                == TokenReference.redirectURITooLong.rawValue)
    }

    @Test("a scope with illegal characters or beyond the bounds is invalid_scope")
    func scope() throws {
        for wrong in ["a\"b", "a\\b", "é", "a\tb", "a\u{7F}"] {
            let refusal = refusal([("grant_type", "client_credentials"), ("scope", wrong)])
            #expect(refusal?.reference == ScopeReference.illegalCharacter.rawValue)
            #expect(refusal?.code == .invalidScope)
        }
        let many = (1...101).map { "s\($0)" }.joined(separator: " ")
        #expect(reference { () throws(OAuthFailure) in try ScopeSet(parsing: many) } == ScopeReference.tooLong.rawValue)
        #expect(
            reference { () throws(OAuthFailure) in try ScopeSet(parsing: String(repeating: "a", count: 4097)) } == ScopeReference.tooLong.rawValue)
    }

    @Test("a scope is an ordered set: repeats and extra spaces go, order does not count for equality")
    func scopeSets() throws {
        let scope = try ScopeSet(parsing: " profile openid  profile email ")
        #expect(scope.text == "profile openid email")
        #expect(try scope == ScopeSet(parsing: "email openid profile"))
        #expect(try Set([scope]).contains(ScopeSet(parsing: "email openid profile")))
        #expect(try scope != ScopeSet(parsing: "email openid"))
        #expect(scope.contains(.openid) && !scope.contains(.phone))
        #expect(try ScopeSet(parsing: "openid").isSubset(of: scope))
        #expect(try !scope.isSubset(of: ScopeSet(parsing: "openid")))
        #expect(try scope.intersection(ScopeSet(parsing: "email phone")).text == "email")
        #expect(try scope.union(ScopeSet(parsing: "email phone")).text == "profile openid email phone")
        #expect(try scope.subtracting(ScopeSet(parsing: "email phone")).text == "profile openid")
        #expect(ScopeSet.standard.text == "openid profile email address phone offline_access")
        #expect(ScopeSet.empty.isEmpty && ScopeSet.empty.text.isEmpty)
    }

    @Test("the fast writer's JSON is read back as what went in, whatever the characters")
    func response() throws {
        let response = TokenResponse(
            accessToken: "a\"b\\c\u{1}é🏛\u{7F}", expiresIn: .seconds(300), refreshToken: "ptr_x", scope: ScopeSet([.openid, .email]), idToken: "i.j.k"
        )
        let object = try #require(try JSONValue(parsing: response.jsonBytes()).objectValue)
        #expect(object.names == ["access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token"])
        #expect(object["access_token"] == "a\"b\\c\u{1}é🏛\u{7F}")
        #expect(object["token_type"] == "Bearer")
        #expect(object["expires_in"] == 300)
        #expect(object["scope"] == "openid email")
        let small = TokenResponse(accessToken: "x", expiresIn: .milliseconds(-1500)).jsonBytes()
        #expect(String(decoding: small, as: UTF8.self) == #"{"access_token":"x","token_type":"Bearer","expires_in":0}"#)
    }

    @Test("random strings survive the fast writer")
    func writerProperty() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...30, using: &generator) {
                if let scalar = Unicode.Scalar(UInt32.random(in: 0...0x2FFF, using: &generator)) { text.append(scalar) }
            }
            let object = try JSONValue(parsing: TokenResponse(accessToken: String(text), expiresIn: .zero).jsonBytes()).objectValue
            #expect(object?["access_token"]?.stringValue.map { Array($0.utf8) } == Array(String(text).utf8))
        }
    }
}
