import HTTPTypes
import Logging
import OAuthProtocol
import Primitives
import Synchronization
import Testing

@testable import Web

@Suite("OWASP ASVS 5.0 §3.4: what every page says to the browser")
struct SecurityHeadersTests {
    /// A page of every kind, by name.
    private func pages(_ browser: Browser) async throws -> [(name: String, answer: Answer)] {
        var pages: [(String, Answer)] = []
        pages.append(("error", try await browser.get("/authorize?client_id=nobody")))
        pages.append(("not found", try await browser.get("/nothing")))
        pages.append(("wrong method", try await browser.get("/consent")))
        pages.append(("plain sign-in", try await browser.get("/sign-in")))
        let signIn = try await browser.authorize()
        pages.append(("sign-in", signIn))
        pages.append(("refused", try await browser.submit(signIn, action: "/sign-in", ["identifier": "amara", "password": "x"])))
        pages.append(("lost browser", try await browser.another().submit(signIn, action: "/sign-in", [:])))
        let consent = try await browser.signIn(signIn)
        pages.append(("consent", consent))
        _ = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
        browser.house.advance(.seconds(1))
        pages.append(("choose account", try await browser.authorize(Browser.permitsRequest, ["prompt": "select_account"])))
        pages.append(("form post", try await browser.authorize(Browser.permitsRequest, ["response_mode": "form_post"])))
        pages.append(("home", try await browser.get("/")))
        pages.append(("sign out", try await browser.get("/logout")))
        pages.append(("signed out", try await browser.get("/signed-out")))
        return pages
    }

    private func directives(_ answer: Answer) -> [String: [String]] {
        let policy = answer.headers[.contentSecurityPolicy] ?? ""
        let parts = policy.split(separator: ";").map { $0.split(separator: " ").map(String.init) }.filter { !$0.isEmpty }
        return Dictionary(parts.map { ($0[0], Array($0.dropFirst())) }) { first, _ in first }
    }

    @Test("no page may be framed, kept, sniffed or tell where the resident came from, and none runs what is not ours")
    func everyPage() async throws {
        let house = try await House()
        try await house.visit { browser in
            for (name, page) in try await pages(browser) {
                #expect(page.isPage, "\(name)")
                #expect(page.headers[.xContentTypeOptions] == "nosniff", "\(name)")
                #expect(page.headers[.cacheControl] == "no-store", "\(name)")
                #expect(page.headers[.referrerPolicy] == "no-referrer", "\(name)")
                #expect(page.headers[.xFrameOptions] == "DENY", "\(name)")
                let policy = directives(page)
                #expect(policy["default-src"] == ["'none'"], "\(name)")
                #expect(policy["frame-ancestors"] == ["'none'"], "\(name)")
                #expect(policy["base-uri"] == ["'none'"], "\(name)")
                #expect(policy["script-src"] == ["'self'"], "\(name)")
                let all = policy.values.flatMap { $0 }
                for source in ["'unsafe-inline'", "'unsafe-eval'", "*", "data:", "https:"] { #expect(!all.contains(source), "\(name)") }
                for inline in ["<style", " style=", " onclick=", " onload=", "javascript:"] { #expect(!page.text.contains(inline), "\(name)") }
                #expect(!page.text.contains("<script>"), "\(name)")
            }
        }
    }

    @Test("forms lead to us, and to the one agency whose request is under way")
    func formActions() async throws {
        let house = try await House()
        let agency = ["sign-in", "refused", "consent", "choose account", "form post"]
        try await house.visit { browser in
            for (name, page) in try await pages(browser) {
                let expected = agency.contains(name) ? ["'self'", "https://permits.example"] : ["'self'"]
                #expect(directives(page)["form-action"] == expected, "\(name)")
            }
            let benefits = try await browser.authorize(Browser.benefitsRequest)
            #expect(directives(benefits)["form-action"] == ["'self'", "https://benefits.example"])
            let logout = try await browser.get(
                "/logout?"
                    + FormEncoding.encode([
                        ("client_id", "city-permits"), ("post_logout_redirect_uri", "https://permits.example/signed-out"),
                    ]))
            #expect(directives(logout)["form-action"] == ["'self'", "https://permits.example"])
        }
    }

    @Test("what agencies and residents write about themselves is text on every page")
    func markup() async throws {
        let house = try await House()
        let markup = "\"><img src=x onerror=alert(1)>{{t.skip}}"
        try await house.register([
            "client_id": "markup", "client_name": .string(markup), "redirect_uris": ["https://markup.example/cb"],
            "token_endpoint_auth_method": "none",
        ])
        try await house.addResident("mallory", ["given_name": .string(markup), "name": .string(markup)])
        try await house.visit { browser in
            let request = Browser.benefitsRequest.map { name, value in
                (name, ["client_id": "markup", "redirect_uri": "https://markup.example/cb", "scope": "openid profile"][name] ?? value)
            }
            let signIn = try await browser.authorize(request)
            let consent = try await browser.signIn(signIn, identifier: "mallory")
            #expect(consent.hasForm("/consent"))
            _ = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            for page in [signIn, consent, try await browser.get("/")] {
                #expect(!page.text.contains("<img src=x"))
                #expect(page.text.contains("{{t.skip}}"))
            }
        }
    }

    @Test("the log holds no secret of anyone, and nothing in it can begin a line of its own")
    func log() async throws {
        let log = CapturedLog()
        let house = try await House(logger: Logger(label: "test") { _ in CapturingLogHandler(log: log) })
        try await house.visit { browser in
            let password = "never-to-be-logged-77"
            let signIn = try await browser.authorize(Browser.permitsRequest, ["state": "secret-state-value"])
            let names = ["amara", "x\r\nforged: line", "\u{1B}[31mred", "\u{202E}rtl"]
            for name in names { _ = try await browser.submit(signIn, action: "/sign-in", ["identifier": name, "password": password]) }
            _ = try await browser.another().submit(signIn, action: "/sign-in", ["password": password])
            let consent = try await browser.signIn(signIn)
            let answer = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            let code = try #require(answer.redirected("code"))
            let tokens = try await browser.redeem(code)
            _ = try await browser.redeem(code)
            _ = try await browser.redeem("ptc_nonsense\u{7}", ["code_verifier": "short"])
            _ = try await browser.refresh(tokens.json["refresh_token"]?.stringValue ?? "")
            _ = try await browser.userInfo(tokens.json["access_token"]?.stringValue ?? "")
            _ = try await browser.userInfo(tokens.json["id_token"]?.stringValue ?? "")
            _ = try await browser.token(["grant_type": "refresh_token", "client_id": "a\r\nb"], headers: [:])
            _ = try await browser.get("/authorize?client_id=a%0d%0aforged%1b[31m&redirect_uri=https://evil.example/%0d%0a")
            _ = try await browser.get("/authorize?client_id=nobody")
            _ = try await browser.authorize(Browser.permitsRequest, ["prompt": "a\r\nforged"])
            _ = try await browser.get("/nothing%0d%0aforged?secret=never-to-be-logged-77")
            _ = try await browser.get("/logout?id_token_hint=" + (tokens.json["id_token"]?.stringValue ?? "") + "&client_id=x")

            let ticket = signIn.forms.first { $0.action == "/sign-in" }?.fields["ticket"] ?? ""
            let formToken = signIn.forms.first?.fields["form_token"] ?? ""
            let issued = ["access_token", "refresh_token", "id_token"].compactMap { tokens.json[$0]?.stringValue }
            let secrets =
                [password, House.password, House.permitsSecret, code, ticket, formToken, Browser.verifier, "secret-state-value"] + issued
                + Array(browser.cookies.values)
            let lines = log.lines
            for reference in ["FLOW-01", "AUTHZ-10", "GRANT-11", "USERINFO-01", "sign_in.refused"] {
                #expect(lines.contains { $0.contains(reference) }, "\(reference) is not in the log")
            }
            for line in lines {
                for secret in secrets where !secret.isEmpty { #expect(!line.contains(secret), "\(line)") }
                #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control || $0 == "\u{202E}" }, "\(line.debugDescription)")
            }
        }
    }
}

/// What was logged, a line for each event.
final class CapturedLog: Sendable {
    private let captured = Mutex<[String]>([])
    var lines: [String] { captured.withLock { $0 } }
    func append(_ line: String) { captured.withLock { $0.append(line) } }
}

struct CapturingLogHandler: LogHandler {
    let log: CapturedLog
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        log.append(([event.message.description] + fields.map { "\($0.key)=\($0.value)" }).joined(separator: " "))
    }
}
