import OAuthProtocol
import Primitives
import Testing

@Suite("Authorization requests (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1 and §5.5)")
struct OIDCCoreRequestTests {
    private let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    private let base = [("client_id", "permits"), ("response_type", "code"), ("scope", "openid profile"), ("redirect_uri", "https://rp.gov/cb")]

    private func read(_ pairs: [(String, String)]) throws(OAuthFailure) -> AuthorizationRequest {
        try AuthorizationRequest(form(base.filter { pair in !pairs.contains { $0.0 == pair.0 } } + pairs))
    }

    private func refusal(_ pairs: (String, String)...) -> OAuthFailure? {
        failure { () throws(OAuthFailure) in try read(pairs) }
    }

    @Test("a full request is read into its values")
    func full() throws {
        let request = try read([
            ("state", "s t"), ("nonce", "n"), ("response_mode", "form_post"), ("prompt", "login consent"), ("max_age", "3600"), ("display", "popup"),
            ("ui_locales", "es-MX ar"), ("claims_locales", "fr"), ("login_hint", "ana@example.org"), ("id_token_hint", "a.b.c"),
            ("acr_values", "1 2"),
            ("claims", #"{"userinfo":{"email":{"essential":true}}}"#), ("code_challenge", challenge), ("code_challenge_method", "S256"),
            ("extra", "foobar"),
        ])
        #expect(request.clientID.rawValue == "permits" && request.redirectURI == "https://rp.gov/cb")
        #expect(request.state == "s t" && request.nonce == "n")
        #expect(request.responseMode == .formPost && request.display == .popup)
        #expect(request.prompt == [.login, .consent] && request.maxAge == .seconds(3600))
        #expect(request.uiLocales == ["es-MX", "ar"] && request.claimsLocales == ["fr"])
        #expect(request.loginHint == "ana@example.org" && request.idTokenHint == "a.b.c" && request.acrValues == ["1", "2"])
        #expect(request.claims.userinfo["email"] == .init(essential: true))
        #expect(request.codeChallenge?.challenge == challenge)
        #expect(request.isOpenID)
    }

    @Test("the parameters written again are read as an equal request")
    func roundTrip() throws {
        for pairs in [
            [], [("scope", "")], [("redirect_uri", "")], [("state", "é🏛\"<>& +%"), ("nonce", "n n")], [("prompt", "none")],
            [
                ("prompt", "select_account login consent"), ("max_age", "0"), ("display", "touch"), ("ui_locales", "es x!y ar-EG"),
                ("login_hint", "a"),
            ],
            [("acr_values", "urn:a b"), ("id_token_hint", "a.b.c"), ("code_challenge", challenge), ("code_challenge_method", "S256")],
            [("claims", #"{"id_token":{"acr":{"essential":true,"values":["1","2"]},"sub":{"value":1.5e3}},"userinfo":{"name":null,"x#es":{}}}"#)],
        ] {
            let request = try read(pairs)
            #expect(try AuthorizationRequest(form(request.formPairs())) == request)
        }
    }

    @Test("A09, A10: empty and unknown parameters do not count, unknown scopes are kept for the caller to ignore")
    func ignored() throws {
        let request = try read([("scope", ""), ("state", ""), ("prompt", ""), ("max_age", ""), ("claims", ""), ("request", ""), ("unknown", "x")])
        #expect(request.scope.isEmpty && !request.isOpenID && request.state == nil && request.prompt.isEmpty && request.maxAge == nil)
        #expect(try read([("scope", "openid unheard")]).scope.contains("unheard"))
    }

    @Test("the client is required and has an identifier's characters; the redirect URI may be missing here")
    func head() throws {
        #expect(refusal(("client_id", ""))?.reference == AuthorizationReference.clientIDMissing.rawValue)
        #expect(refusal(("client_id", "a b"))?.reference == AuthorizationReference.clientIDMalformed.rawValue)
        let head = try AuthorizationRequestHead(form([("client_id", "x")]))
        #expect(head.clientID.rawValue == "x" && head.redirectURI == nil)
    }

    @Test("A11, A37: only the response type code is supported; a missing one is invalid_request")
    func responseType() throws {
        #expect(refusal(("response_type", ""))?.code == .invalidRequest)
        for type in ["token", "id_token", "code id_token", "id_token code", "code token id_token", "none", "Code", "code\u{00A0}"] {
            #expect(refusal(("response_type", type))?.code == .unsupportedResponseType, "\(type)")
        }
        #expect(refusal(("response_type", "code code"))?.code == .unsupportedResponseType)
    }

    @Test("A12: an unknown response mode is invalid_request", arguments: ["fragment", "web_message", "form_post.jwt", "Query", "x"])
    func responseMode(mode: String) {
        #expect(refusal(("response_mode", mode))?.reference == AuthorizationReference.responseMode.rawValue)
    }

    @Test("A13, A14: requests by value or reference and inline registration are refused by their own errors")
    func indirect() {
        #expect(refusal(("request", "a.b.c"))?.code == .requestNotSupported)
        #expect(refusal(("request_uri", "http://169.254.169.254/"))?.code == .requestURINotSupported)
        #expect(refusal(("registration", "{}"))?.code == .registrationNotSupported)
        #expect(refusal(("request", "a"), ("request_uri", "b"))?.code == .invalidRequest)
        #expect(refusal(("request", "a"), ("response_type", "x"))?.code == .requestNotSupported)
    }

    @Test("A17: prompt none stands alone, and unknown values, create among them, are invalid_request")
    func prompt() throws {
        #expect(try read([("prompt", "none")]).prompt == [.none])
        for prompt in ["none login", "login none", "none consent select_account"] {
            #expect(refusal(("prompt", prompt))?.reference == AuthorizationReference.promptNoneWithOthers.rawValue)
        }
        for prompt in ["create", "login create", "Login", "x", "login\u{301}"] {
            #expect(refusal(("prompt", prompt))?.reference == AuthorizationReference.promptUnknown.rawValue, "\(prompt)")
        }
    }

    @Test("A17: max_age is digits from 0 to 2^31")
    func maxAge() throws {
        #expect(try read([("max_age", "0")]).maxAge == .zero)
        #expect(try read([("max_age", "2147483648")]).maxAge == .seconds(2_147_483_648))
        for wrong in ["-1", "+1", "abc", "1.0", "1e3", " 1", "2147483649", "9223372036854775808", "٣", "0x10", "00000000001"] {
            #expect(refusal(("max_age", wrong))?.reference == AuthorizationReference.maxAge.rawValue, "\(wrong)")
        }
    }

    @Test("A22: state and nonce are kept byte for byte or refused, never cut")
    func stateAndNonce() throws {
        let odd = "a\"b'<script>é🏛%0A&=+ \u{200B}"
        let request = try read([("state", odd), ("nonce", odd)])
        #expect(request.state.map { Array($0.utf8) } == Array(odd.utf8))
        #expect(request.nonce.map { Array($0.utf8) } == Array(odd.utf8))
        // Decomposed and composed letters stay what they were.
        #expect(try read([("state", "e\u{301}")]).state?.utf8.count == 3)
        for control in ["a\nb", "a\rb", "\t", "\u{1B}[31m", "\u{7F}", "\u{85}"] {
            #expect(refusal(("state", control))?.reference == AuthorizationReference.stateCharacters.rawValue)
            #expect(refusal(("nonce", control))?.reference == AuthorizationReference.nonceCharacters.rawValue)
        }
        #expect(try read([("state", String(repeating: "s", count: 2048)), ("nonce", String(repeating: "n", count: 512))]).nonce?.count == 512)
        #expect(refusal(("state", String(repeating: "s", count: 2049)))?.reference == AuthorizationReference.stateTooLong.rawValue)
        #expect(refusal(("nonce", String(repeating: "n", count: 513)))?.reference == AuthorizationReference.nonceTooLong.rawValue)
    }

    @Test("the compact form reads back as an equal request, whatever the parameters hold")
    func compactForm() throws {
        let state = (0x20...0x7E).compactMap { Unicode.Scalar($0).map(String.init) }.joined() + "é&=+% 🙂"
        let request = try AuthorizationRequest(
            form([
                ("client_id", "a"), ("response_type", "code"), ("scope", "openid"), ("state", state), ("claims", #"{"userinfo":{"name":null}}"#),
            ]))
        #expect(try AuthorizationRequest(try FormParameters(urlEncoded: request.compactForm)) == request)
        #expect(request.state == state)
    }

    @Test("what is not ASCII counts as long as it travels: an accepted request always fits, sealed, into an address")
    func travellingSize() throws {
        #expect(
            throws: OAuthFailure(AuthorizationReference.tooLarge),
            performing: {
                try AuthorizationRequest(
                    form([
                        ("client_id", "a"), ("response_type", "code"), ("scope", "openid"), ("state", String(repeating: "é", count: 1000)),
                    ]))
            })
        let quotes = try AuthorizationRequest(
            form([("client_id", "a"), ("response_type", "code"), ("scope", "openid"), ("state", String(repeating: "\"", count: 2048))]))
        #expect(quotes.compactForm.utf8.count < 2200)
    }

    @Test("all parameters together are at most 5120 bytes")
    func total() {
        let state = ("state", String(repeating: "s", count: 2000))
        #expect(refusal(state, ("redirect_uri", "https://rp.gov/" + String(repeating: "a", count: 2000))) == nil)
        #expect(
            refusal(state, ("redirect_uri", "https://rp.gov/" + String(repeating: "a", count: 3200)))?.reference
                == AuthorizationReference.tooLarge.rawValue)
    }

    @Test("A25: wishes never make a request fail: display, locales, login hint and acr_values")
    func wishes() throws {
        let request = try read([
            ("display", "hologram"), ("ui_locales", "se ../../etc/passwd {{x}} es " + String(repeating: "a", count: 300)), ("claims_locales", "é"),
            ("login_hint", "a\nb"), ("acr_values", "é 2 " + String(repeating: "x", count: 300)),
        ])
        #expect(request.display == nil && request.uiLocales == ["se", "es"] && request.claimsLocales.isEmpty)
        #expect(request.loginHint == nil && request.acrValues == ["2"])
        #expect(try read([("ui_locales", (1...40).map { "x\($0)" }.joined(separator: " "))]).uiLocales.count == 16)
        #expect(try read([("login_hint", String(repeating: "a", count: 321))]).loginHint == nil)
    }

    @Test("an id_token_hint has the characters of a JWT", arguments: ["a b", "a.b.c=", "é", "<x>"])
    func idTokenHint(hint: String) {
        #expect(refusal(("id_token_hint", hint))?.reference == AuthorizationReference.idTokenHint.rawValue)
    }

    @Test("A30: a challenge without a method, by plain, or a method without a challenge is invalid_request")
    func pkce() {
        #expect(refusal(("code_challenge", challenge))?.reference == PKCEReference.methodMissing.rawValue)
        #expect(refusal(("code_challenge", challenge), ("code_challenge_method", "plain"))?.reference == PKCEReference.methodUnsupported.rawValue)
        #expect(refusal(("code_challenge_method", "S256"))?.reference == PKCEReference.challengeMissing.rawValue)
        #expect(refusal(("code_challenge", "short"), ("code_challenge_method", "S256"))?.reference == PKCEReference.challengeMalformed.rawValue)
    }

    @Test("an error response can carry the state and mode of a request that could not be read")
    func replyParameters() throws {
        let reply = AuthorizationResponse.replyParameters(in: try form([("state", "s"), ("response_mode", "form_post"), ("prompt", "x")]))
        #expect(reply.state == "s" && reply.responseMode == .formPost)
        let lenient = AuthorizationResponse.replyParameters(in: try form([("state", "a\nb"), ("response_mode", "x")]))
        #expect(lenient.state == nil && lenient.responseMode == .query)
    }
}

@Suite("The claims parameter (OpenID Connect Core §5.5)")
struct OIDCCoreClaimsRequestTests {
    private func refused(_ text: String) -> String? { reference { () throws(OAuthFailure) in try ClaimsRequest(parsing: text) } }

    @Test("the example of Core §5.5 is read")
    func example() throws {
        let request = try ClaimsRequest(
            parsing: """
                {"userinfo":{"given_name":{"essential":true},"nickname":null,"email":{"essential":true},"picture":null,
                "http://example.info/claims/groups":null},
                "id_token":{"auth_time":{"essential":true},"acr":{"values":["urn:mace:incommon:iap:silver"]}}}
                """)
        #expect(request.userinfo.count == 5 && request.idToken.count == 2)
        #expect(request.userinfo["nickname"] == .init())
        #expect(request.idToken["acr"] == .init(values: ["urn:mace:incommon:iap:silver"]))
        #expect(try ClaimsRequest(parsing: request.serialized) == request)
    }

    @Test("unknown members and null targets are ignored, and nothing asked is an empty request")
    func ignored() throws {
        #expect(try ClaimsRequest(parsing: "{}").isEmpty)
        #expect(try ClaimsRequest(parsing: #"{"userinfo":null,"other":[1]}"#) == .empty)
        #expect(try ClaimsRequest(parsing: #"{"userinfo":{"a":{"purpose":"x"}}}"#).userinfo["a"] == .init())
        #expect(ClaimsRequest.empty.serialized == "{}")
    }

    @Test("A20: what is no JSON, repeats a member or is nested deeply is refused")
    func malformed() {
        for text in [
            "", "x", "{", #"{"userinfo":{"a":null,"a":null}}"#, #"{"userinfo":{},"userinfo":{}}"#, "{}{}", #"{"a":"\ud800"}"#, #"{"a":1e999}"#,
        ] {
            #expect(refused(text) == ClaimsReference.malformed.rawValue, "\(text)")
        }
        #expect(refused(String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000)) == ClaimsReference.malformed.rawValue)
        #expect(refused(#"{"userinfo":{"a":{"value":{"b":{"c":1}}}}}"#) == nil)
        #expect(refused(#"{"userinfo":{"a":{"value":{"b":{"c":{}}}}}}"#) == ClaimsReference.malformed.rawValue)
    }

    @Test("wrong types are refused by name")
    func types() {
        #expect(refused("[]") == ClaimsReference.notAnObject.rawValue)
        #expect(refused("null") == ClaimsReference.notAnObject.rawValue)
        #expect(refused(#"{"userinfo":[]}"#) == ClaimsReference.targetType.rawValue)
        #expect(refused(#"{"id_token":{"acr":"1"}}"#) == ClaimsReference.demandType.rawValue)
        #expect(refused(#"{"id_token":{"acr":{"essential":"true"}}}"#) == ClaimsReference.essentialType.rawValue)
        #expect(refused(#"{"id_token":{"acr":{"values":"1"}}}"#) == ClaimsReference.valuesType.rawValue)
        #expect(refused(#"{"id_token":{"acr":{"value":"1","values":["1"]}}}"#) == ClaimsReference.bothValues.rawValue)
        #expect(refused(#"{"id_token":{"":null}}"#) == ClaimsReference.name.rawValue)
        #expect(refused(#"{"id_token":{"a\n":null}}"#) == ClaimsReference.name.rawValue)
    }

    @Test("sizes are bounded, also of what would be written out again")
    func sizes() {
        let many = (0...100).map { "\"c\($0)\":null" }.joined(separator: ",")
        #expect(refused("{\"userinfo\":{\(many)}}") == ClaimsReference.tooLarge.rawValue)
        #expect(refused("{\"x\":\"" + String(repeating: "a", count: 4096) + "\"}") == ClaimsReference.tooLarge.rawValue)
        let growing = String(repeating: "\u{7F}", count: 3000)
        #expect(refused("{\"userinfo\":{\"a\":{\"value\":\"\(growing)\"}}}") == ClaimsReference.tooLarge.rawValue)
    }
}
