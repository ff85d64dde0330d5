import HTTPTypes
import Primitives
import Testing

@testable import Web

@Suite("OpenID Connect Core §3.1.2.4: consent")
struct ConsentTests {
    /// Signs in where needed and leaves only `scopes` ticked.
    private func allow(_ scopes: Set<String>, _ page: Answer, _ browser: Browser) async throws -> Answer {
        let form = try #require(page.forms.first { $0.action == "/consent" })
        let fields = form.fields.filter { !$0.key.hasPrefix("scope_") || scopes.contains(String($0.key.dropFirst("scope_".count))) }
        let pairs = fields.map { ($0.key, $0.value) } + [("decision", "allow")]
        return try await browser.post("/consent", pairs)
    }

    private func consentPage(_ browser: Browser, _ changes: [String: String?] = [:]) async throws -> Answer {
        let page = try await browser.authorize(Browser.permitsRequest, changes)
        return page.hasForm("/sign-in") ? try await browser.signIn(page) : page
    }

    /// The rows of the page's lists.
    private func items(of page: Answer) -> [Substring] {
        page.text.split(separator: "<li>").dropFirst().compactMap { $0.split(separator: "</li>").first }
    }

    private func info(_ answer: Answer, _ browser: Browser) async throws -> JSONObject {
        let tokens = try await browser.redeem(try #require(answer.redirected("code")))
        return try await browser.userInfo(try #require(tokens.json["access_token"]?.stringValue)).json
    }

    @Test("the page names the agency, shows what it would get, and asks about each scope but openid")
    func page() async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await consentPage(browser, ["scope": "openid profile email address phone offline_access"])
            for text in ["City Permits", "Amara Okafor", "amara@example.org", "1 Harbour Road", "+441632960961"] {
                #expect(page.text.contains(text), "\(text)")
            }
            let boxes = Set(page.forms.first { $0.action == "/consent" }?.fields.keys.filter { $0.hasPrefix("scope_") } ?? [])
            #expect(boxes == ["scope_profile", "scope_email", "scope_address", "scope_phone", "scope_offline_access"])
        }
    }

    @Test("a name is shown whole, and its parts only where the name does not say them")
    func partsOfNames() async throws {
        let house = try await House()
        try await house.addResident("sam", ["name": "Sam Reyes", "given_name": "Samuel", "family_name": "Reyes"])
        try await house.visit { browser in
            let shown = items(of: try await consentPage(browser))
            #expect(shown.count { $0.contains("Amara") } == 1)
        }
        try await house.visit { browser in
            let page = try await browser.signIn(try await browser.authorize(), identifier: "sam")
            let shown = items(of: page)
            #expect(shown.contains { $0.contains("Sam Reyes") } && shown.contains { $0.contains("Samuel") })
            #expect(shown.count { $0.contains("Reyes") } == 1)
        }
    }

    @Test("what was left unticked is withheld from tokens and userinfo, and not asked again")
    func narrowed() async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await allow(["profile"], try await consentPage(browser), browser)
            let tokens = try await browser.redeem(try #require(answer.redirected("code")))
            #expect(tokens.json["scope"]?.stringValue == "openid profile")
            let info = try await browser.userInfo(try #require(tokens.json["access_token"]?.stringValue)).json
            #expect(info["given_name"] != nil)
            #expect(info["email"] == nil)
            let again = try await browser.authorize()
            #expect(try await self.info(again, browser)["email"] == nil)
            #expect(try await browser.authorize(Browser.permitsRequest, ["prompt": "none"]).redirected("code") != nil)
        }
    }

    @Test("nothing but the pseudonym may be allowed")
    func nothing() async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await allow([], try await consentPage(browser), browser)
            #expect(try await info(answer, browser).names == ["sub"])
        }
    }

    @Test("a claim that was asked for by name is withheld with the scope it belongs to")
    func declinedClaims() async throws {
        let house = try await House()
        try await house.visit { browser in
            let request = #"{"userinfo":{"email":{"essential":true}},"id_token":{"phone_number":null,"email":null}}"#
            let answer = try await allow([], try await consentPage(browser, ["scope": "openid", "claims": request]), browser)
            let tokens = try await browser.redeem(try #require(answer.redirected("code")))
            let idToken = try claims(of: tokens.json["id_token"]?.stringValue)
            #expect(idToken["email"] == nil)
            #expect(idToken["phone_number"] == nil)
            #expect(try await browser.userInfo(tokens.json["access_token"]?.stringValue ?? "").json.names == ["sub"])
        }
    }

    @Test("a scope that was never asked about is asked, and what was answered before stays answered")
    func newScope() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await allow(["profile"], try await consentPage(browser), browser)
            let silent = try await browser.authorize(Browser.permitsRequest, ["scope": "openid phone", "prompt": "none"])
            #expect(silent.redirected("error") == "consent_required")
            let asked = try await consentPage(browser, ["scope": "openid phone"])
            #expect(try await info(try await allow(["phone"], asked, browser), browser)["phone_number"] != nil)

            // The first request is answered as it was: profile yes, email no.
            let before = try await browser.authorize(Browser.permitsRequest, ["prompt": "none"])
            let info = try await self.info(before, browser)
            #expect(info["given_name"] != nil)
            #expect(info["email"] == nil)
        }
    }

    @Test("prompt=consent asks again, and the new answer counts from then on")
    func promptConsent() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await allow(["profile", "email"], try await consentPage(browser), browser)
            let page = try await browser.authorize(Browser.permitsRequest, ["prompt": "consent"])
            #expect(page.hasForm("/consent"))
            #expect(try await info(try await allow(["email"], page, browser), browser)["given_name"] == nil)
            #expect(try await info(try await browser.authorize(), browser)["given_name"] == nil)
        }
    }

    @Test("a refusal is access_denied with state and iss, is not remembered, and takes nothing from before")
    func refused() async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await browser.submit(try await consentPage(browser), action: "/consent", ["decision": "deny"])
            #expect(answer.redirected("error") == "access_denied")
            #expect(answer.redirected("state") == "the-state")
            #expect(answer.redirected("iss") == House.issuer)
            #expect(answer.redirected("code") == nil)
            #expect(try await browser.authorize().hasForm("/consent"))
            _ = try await browser.code()
            let again = try await browser.authorize(Browser.permitsRequest, ["prompt": "consent"])
            #expect(try await browser.submit(again, action: "/consent", ["decision": "deny"]).redirected("error") == "access_denied")
            #expect(try await browser.authorize(Browser.permitsRequest, ["prompt": "none"]).redirected("code") != nil)
        }
    }

    @Test("a refusal by form_post is posted to the agency")
    func refusedByFormPost() async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await consentPage(browser, ["response_mode": "form_post"])
            let answer = try await browser.submit(page, action: "/consent", ["decision": "deny"])
            let form = try #require(answer.forms.first { $0.action == "https://permits.example/callback" })
            #expect(form.fields["error"] == "access_denied")
            #expect(form.fields["state"] == "the-state")
            #expect(form.fields["iss"] == House.issuer)
        }
    }

    @Test("a form without a decision asks again", arguments: ["", "maybe", "ALLOW"])
    func noDecision(_ decision: String) async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await browser.submit(try await consentPage(browser), action: "/consent", ["decision": decision])
            #expect(answer.hasForm("/consent"))
            #expect(answer.location == nil)
        }
    }

    @Test("offline_access is asked for, and outlives the session only where it was allowed")
    func offlineAccess() async throws {
        let house = try await House()
        try await house.visit { browser in
            let request = ["scope": "openid offline_access"] as [String: String?]
            let declined = try await allow([], try await consentPage(browser, request), browser)
            let bound = try await browser.redeem(try #require(declined.redirected("code")))
            #expect(bound.json["scope"]?.stringValue == "openid")
            let asked = try await browser.authorize(Browser.permitsRequest, ["scope": "openid offline_access", "prompt": "consent"])
            let allowed = try await allow(["offline_access"], asked, browser)
            let away = try await browser.redeem(try #require(allowed.redirected("code")))
            #expect(away.json["scope"]?.stringValue == "openid offline_access")
            house.advance(.hours(13))
            #expect(try await browser.refresh(bound.json["refresh_token"]?.stringValue ?? "").json["error"]?.stringValue == "invalid_grant")
            #expect(try await browser.refresh(away.json["refresh_token"]?.stringValue ?? "").status == .ok)
        }
    }

    @Test("one agency's consent is nobody else's, and another resident is asked for their own")
    func separate() async throws {
        let house = try await House()
        try await house.addResident("bao")
        try await house.visit { browser in
            _ = try await browser.code()
            #expect(try await browser.authorize(Browser.benefitsRequest).hasForm("/consent"))
            let other = browser.another()
            #expect(try await other.signIn(try await other.authorize(), identifier: "bao").hasForm("/consent"))
        }
    }
}
