import Cryptography
import Hummingbird
import HummingbirdTesting
import Primitives
import Testing

@testable import DemoAgency

/// Whole sign-ins and sign-outs through the agency's router, with a provider that answers by script.
@Suite("Signing in and out at the agency")
struct SignInFlowTests {
    private static let own: HTTPFields = [.origin: "http://127.0.0.1:8081"]

    static func query(of location: String?) throws -> [String: String] {
        let location = try #require(location)
        return try #require(FormText.decode(String(location.drop { $0 != "?" }.dropFirst())))
    }

    private func visit<Value>(_ scripted: ScriptedProvider, _ body: @Sendable @escaping (Browser) async throws -> Value) async throws -> Value {
        let provider = OpenIDProvider(issuer: "https://id.example", outbound: scripted.outbound, timeSource: scripted.timeSource)
        let routes = try await AgencyRoutes(agency: .permits, provider: provider, outbound: scripted.outbound, timeSource: scripted.timeSource)
        return try await routes.application().test(.router) { client in try await body(Browser(client: client, scripted: scripted)) }
    }

    /// Sends cookies back as a browser would, ignoring paths: no two cookies of the agency share a name.
    final class Browser: Sendable {
        let client: any TestClientProtocol
        let scripted: ScriptedProvider
        private let jar = Cookies()

        init(client: any TestClientProtocol, scripted: ScriptedProvider) {
            self.client = client
            self.scripted = scripted
        }

        func send(_ method: HTTPRequest.Method, _ uri: String, headers: HTTPFields = [:]) async throws -> TestResponse {
            var headers = headers
            headers[.cookie] = await jar.field
            let response = try await client.executeRequest(uri: uri, method: method, headers: headers, body: nil)
            await jar.keep(response.headers[values: .setCookie])
            return response
        }

        func forget() async { await jar.forget() }

        /// Begins a sign-in and returns the parameters sent to the provider.
        func begin() async throws -> [String: String] {
            let response = try await send(.post, "/sign-in", headers: SignInFlowTests.own)
            let location = response.headers[.location]
            #expect(location?.hasPrefix("https://id.example/authorize?") == true)
            let parameters = try SignInFlowTests.query(of: location)
            scripted.change { $0.nonce = parameters["nonce"] ?? "" }
            return parameters
        }

        func comeBack(_ changes: [String: String?] = [:]) async throws -> TestResponse {
            let state = try await begin()["state"] ?? ""
            var answer = ["code": "c-1", "state": state, "iss": "https://id.example"]
            for (name, value) in changes { answer[name] = value }
            return try await send(.get, "/callback?" + FormText.encode(answer.map { (name: $0.key, value: $0.value) }))
        }

        func page(_ uri: String) async throws -> String { String(buffer: try await send(.get, uri).body) }
    }

    actor Cookies {
        private var values: [String: String] = [:]
        var field: String { values.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        func forget() { values = [:] }
        func keep(_ fields: [String]) {
            for field in fields {
                let pair = field.split(separator: ";")[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                values[String(pair[0])] = field.contains("Max-Age=0") ? nil : String(pair[1])
            }
        }
    }

    @Test("a sign-in ends on a page with the resident's pseudonym and claims")
    func whole() async throws {
        let scripted = try ScriptedProvider()
        try await visit(scripted) { browser async throws in
            let response = try await browser.comeBack()
            #expect(response.status == .seeOther)
            #expect(response.headers[.location] == "/")
            let page = try await browser.page("/")
            #expect(page.contains("Welcome, Ada"))
            #expect(page.contains("p-123"))
            #expect(page.contains("Email address checked"))
        }
    }

    @Test("the request carries state, nonce and an S256 challenge; the code is redeemed with its verifier and HTTP Basic")
    func protection() async throws {
        let scripted = try ScriptedProvider()
        try await visit(scripted) { browser async throws in
            let sent = try await browser.begin()
            #expect(sent["response_type"] == "code")
            #expect(sent["code_challenge_method"] == "S256")
            #expect(sent["redirect_uri"] == "http://127.0.0.1:8081/callback")
            #expect(sent["scope"] == "openid profile")
            let query = FormText.encode([("code", "c-1"), ("state", sent["state"] ?? ""), ("iss", "https://id.example")])
            _ = try await browser.send(.get, "/callback?" + query)
            let request = try #require(scripted.requests.withLock { $0.first { $0.url.hasSuffix("/token") } })
            let form = Dictionary(uniqueKeysWithValues: (request.form ?? []).map { ($0.name, $0.value) })
            #expect(Base64URL.encode(Digest.sha256.hash(Array((form["code_verifier"] ?? "").utf8))) == sent["code_challenge"])
            #expect(form["redirect_uri"] == "http://127.0.0.1:8081/callback")
            #expect(request.authorization == "Basic " + Base64Text.encode(Array("city-permits:s%20p%26t".utf8)))
        }
    }

    @Test("an answer from another issuer, or from none, is refused (RFC 9207)", arguments: [nil, "https://other.example"] as [String?])
    func mixUp(issuer: String?) async throws {
        let scripted = try ScriptedProvider()
        try await visit(scripted) { browser async throws in
            #expect(try await browser.comeBack(["iss": issuer]).status == .badRequest)
            #expect(scripted.count(of: "/token") == 0)
        }
    }

    @Test("an answer in another browser than the one that began is refused")
    func otherBrowser() async throws {
        let scripted = try ScriptedProvider()
        try await visit(scripted) { browser async throws in
            let state = try await browser.begin()["state"] ?? ""
            await browser.forget()
            let response = try await browser.send(
                .get, "/callback?" + FormText.encode([("code", "c"), ("state", state), ("iss", "https://id.example")]))
            #expect(response.status == .badRequest)
            #expect(String(buffer: response.body).contains("too old"))
            #expect(scripted.count(of: "/token") == 0)
        }
    }

    @Test("an answer whose state merely begins like ours is refused")
    func otherState() async throws {
        let scripted = try ScriptedProvider()
        try await visit(scripted) { browser async throws in
            let state = try await browser.begin()["state"] ?? ""
            let forged = state.prefix(12) + String(repeating: "A", count: 31)
            let response = try await browser.send(
                .get, "/callback?" + FormText.encode([("code", "c"), ("state", String(forged)), ("iss", "https://id.example")]))
            #expect(response.status == .badRequest)
            #expect(scripted.count(of: "/token") == 0)
        }
    }

    @Test("an answer that comes after ten minutes is refused")
    func late() async throws {
        let scripted = try ScriptedProvider()
        try await visit(scripted) { browser async throws in
            let state = try await browser.begin()["state"] ?? ""
            scripted.change { $0.now = $0.now + .minutes(11) }
            let response = try await browser.send(
                .get, "/callback?" + FormText.encode([("code", "c"), ("state", state), ("iss", "https://id.example")]))
            #expect(String(buffer: response.body).contains("too old"))
        }
    }

    @Test("a parameter given twice is refused")
    func duplicate() async throws {
        try await visit(try ScriptedProvider()) { browser async throws in
            let state = try await browser.begin()["state"] ?? ""
            #expect(try await browser.send(.get, "/callback?code=a&code=b&iss=x&state=" + state).status == .badRequest)
        }
    }

    @Test("a resident who declined reads that nothing was sent")
    func declined() async throws {
        try await visit(try ScriptedProvider()) { browser async throws in
            let response = try await browser.comeBack(["code": nil, "error": "access_denied"])
            #expect(String(buffer: response.body).contains("nothing was sent"))
        }
    }

    @Test("userinfo about another subject is refused")
    func otherSubject() async throws {
        try await visit(try ScriptedProvider { $0.userInfoSubject = "p-999" }) { browser async throws in
            #expect(try await browser.comeBack().status == .badRequest)
            #expect(try await browser.page("/").contains("Sign in with Portico"))
        }
    }

    @Test("a refused code signs nobody in")
    func refusedCode() async throws {
        try await visit(try ScriptedProvider { $0.tokenStatus = 400 }) { browser async throws in
            #expect(try await browser.comeBack().status == .badRequest)
            #expect(try await browser.page("/").contains("Sign in with Portico"))
        }
    }

    @Test("a provider that does not answer gives 503 and a page in plain words")
    func unavailable() async throws {
        try await visit(try ScriptedProvider { $0.reachable = false }) { browser async throws in
            let response = try await browser.send(.post, "/sign-in", headers: Self.own)
            #expect(response.status == .serviceUnavailable)
            #expect(String(buffer: response.body).contains("not available right now"))
        }
    }

    @Test("signing out everywhere ends the visit, sends the ID token as a hint and believes only its own state")
    func everywhere() async throws {
        try await visit(try ScriptedProvider()) { browser async throws in
            _ = try await browser.comeBack()
            let response = try await browser.send(.post, "/sign-out-everywhere", headers: Self.own)
            let location = response.headers[.location]
            let sent = try Self.query(of: location)
            #expect(location?.hasPrefix("https://id.example/logout?") == true)
            #expect(sent["id_token_hint"]?.split(separator: ".").count == 3)
            #expect(sent["post_logout_redirect_uri"] == "http://127.0.0.1:8081/signed-out")
            #expect(try await browser.page("/").contains("Sign in with Portico"))
            #expect(try await browser.page("/signed-out?state=forged").contains("If you are still signed in at Portico"))
        }
    }

    @Test("coming back from signing out everywhere with the right state says so")
    func returned() async throws {
        try await visit(try ScriptedProvider()) { browser async throws in
            _ = try await browser.comeBack()
            let location = try await browser.send(.post, "/sign-out-everywhere", headers: Self.own).headers[.location]
            let sent = try Self.query(of: location)
            #expect(try await browser.page("/signed-out?state=" + (sent["state"] ?? "")).contains("and of Portico"))
        }
    }

    @Test("forms from other origins are refused", arguments: [[:], [.origin: "http://127.0.0.1:8082"], [.origin: "null"]] as [HTTPFields])
    func crossOrigin(headers: HTTPFields) async throws {
        try await visit(try ScriptedProvider()) { browser async throws in
            for path in ["/sign-in", "/sign-out", "/sign-out-everywhere"] {
                #expect(try await browser.send(.post, path, headers: headers).status == .forbidden)
            }
        }
    }

    @Test("every answer carries the policy that lets no script run, also an unknown page")
    func headers() async throws {
        try await visit(try ScriptedProvider()) { browser async throws in
            for path in ["/", "/signed-out", "/agency.css", "/nothing"] {
                let policy = try await browser.send(.get, path).headers[.contentSecurityPolicy] ?? ""
                #expect(policy.hasPrefix("default-src 'none'"))
                #expect(policy.contains("form-action 'self' https://id.example;"))
            }
        }
    }

    @Test("claims are shown as text, whatever they hold")
    func escaped() async throws {
        try await visit(try ScriptedProvider { $0.subject = "<script>alert(1)</script>" }) { browser async throws in
            _ = try await browser.comeBack()
            let page = try await browser.page("/")
            #expect(!page.contains("<script"))
            #expect(page.contains("&lt;script&gt;"))
        }
    }

    @Test("the number of sessions is bounded, the oldest leave first, and a session ends after an hour")
    func bounded() async throws {
        let scripted = try ScriptedProvider { $0.nonce = "n" }
        let start = scripted.now
        let verifier = IDTokenVerifier(issuer: "https://id.example", clientID: "city-permits", algorithm: .es256)
        let known = OpenIDProvider(issuer: "https://id.example", outbound: scripted.outbound, timeSource: scripted.timeSource)
        let token = try await verifier.verify(try scripted.idToken(scripted.script.withLock { $0 }), nonce: "n", accessToken: "at-1", at: start) {
            (kid) async throws(SignInFailure) in try await known.key(named: kid, for: .es256)
        }
        let sessions = AgencySessions(limit: 3)
        var cookies: [String] = []
        for second in 0..<5 {
            cookies.append(await sessions.open(SignedInResident(idToken: token, userInfo: [:], signedInAt: start + .seconds(Int64(second)))))
        }
        #expect(await sessions.count == 3)
        #expect(await sessions.find(cookies[0], at: start) == nil)
        #expect(await sessions.find(cookies[4], at: start) != nil)
        #expect(await sessions.find(cookies[4], at: start + .minutes(61)) == nil)
    }
}
