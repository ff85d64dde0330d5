import HTTPTypes
import OAuthProtocol
import Primitives
import Testing

@testable import Web

@Suite("RFC 6749 §4.1.2.1 and RFC 9700 §4.1: requests that must not succeed")
struct AuthorizationRequestAttackTests {
    private static let callback = "https://permits.example/callback"

    /// Until client and redirect URI are proven nothing is sent anywhere: a page says what is wrong.
    private func expectPage(_ answer: Answer, _ status: HTTPResponse.Status = .badRequest) {
        #expect(answer.status == status)
        #expect(answer.isPage)
    }

    private func expectRedirect(_ answer: Answer, _ error: String, state: String? = "the-state") {
        #expect(answer.status == .seeOther)
        #expect(answer.location?.hasPrefix(Self.callback + "?") == true)
        #expect(answer.redirected("error") == error, "\(answer.redirected("error_description") ?? answer.text)")
        #expect(answer.redirected("error_description")?.isEmpty == false)
        #expect(answer.redirected("state") == state)
        #expect(answer.redirected("iss") == House.issuer)
        #expect(answer.redirected("code") == nil)
    }

    @Test(
        "an unknown or malformed client is told so on a page",
        arguments: ["nobody", "two words", "caf\u{E9}", String(repeating: "c", count: 257), nil])
    func unknownClient(_ client: String?) async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            expectPage(try await browser.authorize(Browser.permitsRequest, ["client_id": client]))
        }
    }

    @Test(
        "a redirect URI that differs from the registered one in anything gets a page, never a redirect",
        arguments: [
            "https://permits.example/callback/", "https://permits.example/callbac", "https://permits.example/callback2",
            "https://permits.example/x/../callback", "https://permits.example/callback/..;/", "https://permits.example/callback%2f..",
            "https://permits.example/%63allback", "https://permits.example/Callback", "https://PERMITS.example/callback",
            "HTTPS://permits.example/callback", "http://permits.example/callback", "https://permits.example:443/callback",
            "https://permits.example:8443/callback", "https://permits.example/callback?a=b", "https://permits.example/callback?",
            "https://permits.example/callback#fragment", "https://user@permits.example/callback",
            "https://permits.example@evil.example/callback", "https://evil@@permits.example/callback", "//permits.example/callback",
            "/callback", "https://permits.example.evil.example/callback", "https://permits.example\\@evil.example/callback",
            "javascript:alert(1)", "data:text/html,x", "https://permits.example/callback\r\nX-Injected: y", "https://permits.example/callback\u{0}",
            "https://permits.example/callbac\u{212A}", " https://permits.example/callback", "https://*.example/callback",
        ])
    func unregisteredRedirect(_ uri: String) async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            expectPage(try await browser.authorize(Browser.permitsRequest, ["redirect_uri": uri]))
            expectPage(try await browser.authorize(Browser.permitsRequest, ["redirect_uri": uri, "prompt": "none"]))
        }
    }

    @Test("without redirect_uri a client that registered several gets a page; one that registered one, an OpenID error there")
    func omittedRedirect() async throws {
        let house = try await House()
        try await house.register([
            "client_id": "several", "client_name": "Several", "redirect_uris": ["https://several.example/a", "https://several.example/b"],
            "token_endpoint_auth_method": "none",
        ])
        try await house.visit { browser in
            expectPage(try await browser.authorize(Browser.permitsRequest, ["client_id": "several", "redirect_uri": nil]))
            expectRedirect(try await browser.authorize(Browser.permitsRequest, ["redirect_uri": nil]), "invalid_request")
            let plain = try await browser.authorize(Browser.permitsRequest, ["redirect_uri": nil, "scope": "permits:read"])
            #expect(plain.hasForm("/sign-in"))
        }
    }

    @Test("a native client may use any port of its loopback address, and no name that only looks like one")
    func loopback() async throws {
        let house = try await House()
        try await house.register([
            "client_id": "desktop", "client_name": "Desktop", "redirect_uris": ["http://127.0.0.1/cb"], "application_type": "native",
            "token_endpoint_auth_method": "none",
        ])
        try await house.visit { browser in
            let client = ["client_id": "desktop", "redirect_uri": "http://127.0.0.1:51234/cb"] as [String: String?]
            #expect(try await browser.authorize(Browser.permitsRequest, client).hasForm("/sign-in"))
            let lookalikes = ["http://localhost:51234/cb", "http://127.0.0.1.evil.example/cb", "http://127.0.0.1:51234/cb/x", "http://[::1]:1/cb"]
            for uri in lookalikes {
                expectPage(try await browser.authorize(Browser.permitsRequest, ["client_id": "desktop", "redirect_uri": uri]))
            }
        }
    }

    @Test(
        "a parameter that occurs twice is refused on a page, empty or not, in the query or across query and body",
        arguments: Browser.permitsRequest.map(\.0) + ["prompt", "unknown"])
    func duplicates(_ name: String) async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let query = FormEncoding.encode(Browser.permitsRequest + [(name, "x")])
            let known = Browser.permitsRequest.contains { $0.0 == name }
            expectPage(try await browser.get("/authorize?\(query)&\(name)=x"))
            if known { expectPage(try await browser.get("/authorize?\(query)")) }
            expectPage(try await browser.get("/authorize?\(query)&\(name)="))
            expectPage(try await browser.post("/authorize?\(name)=y", body: query))
        }
    }

    @Test(
        "a request whose parameters are wrong is refused at the agency, with state and iss",
        arguments: [
            (["response_type": nil], "invalid_request"), (["response_type": "token"], "unsupported_response_type"),
            (["response_type": "id_token"], "unsupported_response_type"), (["response_type": "id_token code"], "unsupported_response_type"),
            (["response_type": "code token"], "unsupported_response_type"), (["response_type": "none"], "unsupported_response_type"),
            (["response_type": "CODE"], "unsupported_response_type"), (["response_mode": "fragment"], "invalid_request"),
            (["response_mode": "query.jwt"], "invalid_request"), (["prompt": "none login"], "invalid_request"),
            (["prompt": "login none consent"], "invalid_request"), (["prompt": "create"], "invalid_request"),
            (["prompt": "<b>"], "invalid_request"), (["max_age": "-1"], "invalid_request"), (["max_age": "abc"], "invalid_request"),
            (["max_age": "1.5"], "invalid_request"), (["max_age": "9223372036854775808"], "invalid_request"),
            (["max_age": "2147483649"], "invalid_request"), (["max_age": "\u{0661}"], "invalid_request"), (["claims": "{"], "invalid_request"),
            (["claims": "[]"], "invalid_request"), (["claims": "{\"userinfo\":[]}"], "invalid_request"),
            (["claims": "{\"userinfo\":{\"email\":true}}"], "invalid_request"),
            (["claims": "{\"userinfo\":{},\"userinfo\":{}}"], "invalid_request"),
            (["claims": "{\"id_token\":{\"acr\":{\"value\":\"a\",\"values\":[\"b\"]}}}"], "invalid_request"),
            (["claims": String(repeating: "[", count: 2000)], "invalid_request"),
            (
                ["claims": "{\"userinfo\":{\"a\":{\"x\":\(String(repeating: "[", count: 30))\(String(repeating: "]", count: 30))}}}"],
                "invalid_request"
            ),
            (["claims": "{\"x\":\"\(String(repeating: "a", count: 4096))\"}"], "invalid_request"),
            (["request": "e30.e30.x"], "request_not_supported"), (["request_uri": "http://169.254.169.254/"], "request_uri_not_supported"),
            (["request": "e30.e30.x", "request_uri": "urn:x"], "invalid_request"), (["registration": "{}"], "registration_not_supported"),
            (["code_challenge": nil], "invalid_request"), (["code_challenge": nil, "code_challenge_method": nil], "invalid_request"),
            (["code_challenge_method": "plain"], "invalid_request"), (["code_challenge_method": nil], "invalid_request"),
            (["code_challenge_method": "s256"], "invalid_request"), (["code_challenge": "short"], "invalid_request"),
            (["code_challenge": String(repeating: "=", count: 43)], "invalid_request"),
            (["code_challenge": String(repeating: "a", count: 44)], "invalid_request"), (["scope": "unknown"], "invalid_scope"),
            (["scope": nil], "invalid_scope"), (["scope": ""], "invalid_scope"), (["scope": "openid \"quoted\""], "invalid_scope"),
            (["nonce": "a\r\nb"], "invalid_request"), (["nonce": String(repeating: "n", count: 513)], "invalid_request"),
            (["id_token_hint": "no.such.token"], "invalid_request"), (["id_token_hint": "\u{1F600}"], "invalid_request"),
        ] as [([String: String?], String)])
    func wrongParameters(_ changes: [String: String?], _ error: String) async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            expectRedirect(try await browser.authorize(Browser.permitsRequest, changes), error)
        }
    }

    @Test("an ID token is a hint when it has expired, and none when its signature is gone or it was another client's")
    func hints() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try #require(try await browser.redeem(try await browser.code()).json["id_token"]?.stringValue)
            house.advance(.minutes(20))
            let silent = ["prompt": "none", "id_token_hint": token] as [String: String?]
            #expect(try await browser.authorize(Browser.permitsRequest, silent).redirected("code") != nil)
            expectRedirect(
                try await browser.authorize(Browser.permitsRequest, ["id_token_hint": try Forgery.unsigned(token)]), "invalid_request")
            let benefits = try await browser.authorize(Browser.benefitsRequest, ["id_token_hint": token])
            #expect(benefits.redirected("error") == "invalid_request")
        }
    }

    @Test(
        "a state comes back byte for byte, with a code and with an error",
        arguments: [
            "\u{1F3DB}\u{FE0F} \u{E9}", "\"><script>alert(1)</script>", "a+b c%20d&e=f#g", "%00%0d%0a", "{\"a\":[1]}",
            String(repeating: "s", count: 2048), String(repeating: "\u{1F600}", count: 512), String(repeating: "%&=", count: 682),
        ])
    func stateEcho(_ state: String) async throws {
        let house = try await House()
        try await house.visit { browser in
            let denied = try await browser.authorize(Browser.permitsRequest, ["prompt": "none", "state": state])
            expectRedirect(denied, "login_required", state: state)
            let consent = try await browser.signIn(try await browser.authorize(Browser.permitsRequest, ["state": state]))
            let answer = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            #expect(answer.redirected("state")?.utf8.elementsEqual(state.utf8) == true, "\(consent.status) \(answer.status)")
            let page = try await browser.authorize(Browser.permitsRequest, ["state": state, "response_mode": "form_post"])
            #expect(page.forms.first?.fields["state"] == state)
            #expect(!page.text.contains("<script>alert"))
        }
    }

    @Test("a state that is too long or holds control characters is refused, and not given back")
    func refusedState() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            for state in [String(repeating: "s", count: 2049), "a\r\nSet-Cookie: x=y", "a\u{7F}", "a\u{85}"] {
                expectRedirect(try await browser.authorize(Browser.permitsRequest, ["state": state]), "invalid_request", state: nil)
            }
        }
    }

    @Test("text that is not percent-encoded UTF-8 is refused on a page", arguments: ["%zz", "%", "%ff", "%c0%af", "%00", "a\u{E9}"])
    func encoding(_ text: String) async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            expectPage(try await browser.get("/authorize?" + FormEncoding.encode(Browser.permitsRequest) + "&login_hint=" + text))
        }
    }

    @Test("with response_mode=form_post the error is posted to the agency, with state and iss")
    func formPostError() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let changes = ["prompt": "none", "response_mode": "form_post", "state": "</script>\"'"] as [String: String?]
            let page = try await browser.authorize(Browser.permitsRequest, changes)
            #expect(page.status == .ok)
            let form = try #require(page.forms.first { $0.action == Self.callback })
            #expect(form.fields["error"] == "login_required")
            #expect(form.fields["state"] == "</script>\"'")
            #expect(form.fields["iss"] == House.issuer)
        }
    }

    @Test("a query that was registered with the redirect URI stays before the answer's")
    func registeredQuery() async throws {
        let house = try await House()
        try await house.register([
            "client_id": "query", "client_name": "Query", "redirect_uris": ["https://query.example/cb?tenant=1"],
            "token_endpoint_auth_method": "none",
        ])
        try await house.visit { browser in
            let client = ["client_id": "query", "redirect_uri": "https://query.example/cb?tenant=1", "prompt": "none"] as [String: String?]
            let answer = try await browser.authorize(Browser.permitsRequest, client)
            #expect(answer.location?.hasPrefix("https://query.example/cb?tenant=1&error=login_required&") == true)
        }
    }

    @Test("empty parameters count as absent, unknown ones and unknown scopes are ignored")
    func ignored() async throws {
        let house = try await House()
        try await house.visit { browser in
            let empty = ["prompt": "", "max_age": "", "claims": "", "request": "", "response_mode": ""] as [String: String?]
            #expect(try await browser.authorize(Browser.permitsRequest, empty).hasForm("/sign-in"))
            let unknown = ["resource": "x", "scope": "openid root admin:all"] as [String: String?]
            let tokens = try await browser.redeem(try await browser.code(Browser.permitsRequest, unknown))
            #expect(tokens.json["scope"]?.stringValue == "openid")
        }
    }

    @Test("wishes about the pages are followed or dropped, and shown as text")
    func wishes() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let wishes =
                [
                    "ui_locales": "../../etc/passwd {{t.skip}} <b> en", "display": "{{display}}", "login_hint": "<i>{{formToken}}</i>",
                    "acr_values": "\u{1F600} urn:x",
                ] as [String: String?]
            let page = try await browser.authorize(Browser.permitsRequest, wishes)
            #expect(page.status == .ok)
            #expect(page.text.contains("lang=\"en\""))
            #expect(!page.text.contains("<i>"))
            #expect(page.forms.first { $0.action == "/sign-in" }?.fields["identifier"] == "<i>{{formToken}}</i>")
        }
    }

    @Test("an address beyond 8 KiB is 414, a body beyond 64 KiB 413, both as pages")
    func size() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            expectPage(try await browser.get("/authorize?x=" + String(repeating: "a", count: 8192)), .uriTooLong)
            let body = FormEncoding.encode(Browser.permitsRequest) + "&x=" + String(repeating: "a", count: 65_536)
            expectPage(try await browser.post("/authorize", body: body), .contentTooLarge)
        }
    }

    @Test("a request that is too large to be carried through the pages is refused at the agency")
    func tooLargeTogether() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let large = ["state": String(repeating: "s", count: 2048), "claims": "{\"x\":\"\(String(repeating: "a", count: 4000))\"}"]
            let nothing = try await browser.authorize(Browser.permitsRequest, large.mapValues { $0 })
            #expect(nothing.hasForm("/sign-in"), "what claims does not define is dropped, and takes no room")
            let names = (0..<100).map { "\"c\($0)\(String(repeating: "x", count: 25))\":null" }.joined(separator: ",")
            let request = ["state": String(repeating: "s", count: 2048), "claims": "{\"userinfo\":{\(names)}}"] as [String: String?]
            let body = FormEncoding.encode(Browser.permitsRequest.filter { $0.0 != "state" } + request.map { ($0.key, $0.value ?? "") })
            let answer = try await browser.post("/authorize", body: body)
            expectRedirect(answer, "invalid_request", state: String(repeating: "s", count: 2048))
        }
    }

    @Test("a form that is not application/x-www-form-urlencoded is 415")
    func mediaType() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            expectPage(try await browser.post("/authorize", body: "{}", contentType: "application/json"), .unsupportedMediaType)
        }
    }

    @Test("HEAD is answered as GET without the body")
    func head() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let target = "/authorize?" + FormEncoding.encode(Browser.permitsRequest)
            let page = try await browser.head(target)
            #expect(page.status == .ok)
            #expect(page.text.isEmpty)
            let refused = try await browser.head("/authorize?client_id=nobody")
            #expect(refused.status == .badRequest)
            #expect(refused.location == nil)
            #expect(try await browser.head(target + "&prompt=none").redirected("error") == "login_required")
        }
    }
}
