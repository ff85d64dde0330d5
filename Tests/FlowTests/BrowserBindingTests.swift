import HTTPTypes
import OAuthProtocol
import Primitives
import Testing

@testable import Web

@Suite("RFC 9700 §4.7: forms and tickets belong to the browser they were given to")
struct BrowserBindingTests {
    private static let foreign: [HTTPFields] = [
        [.origin: "https://evil.example"], [.origin: "http://id.example"], [.origin: "https://id.example.evil.example"],
        [.secFetchSite: "cross-site"], [.secFetchSite: "same-site"], [.origin: House.issuer, .secFetchSite: "cross-site"],
    ]
    private static let credentials = ["identifier": "amara", "password": House.password]

    private func expectRestart(_ answer: Answer) {
        #expect(answer.status == .forbidden)
        #expect(answer.isPage)
        #expect(answer.link?.hasPrefix("/") == true)
        #expect(answer.headers[values: .setCookie].allSatisfy { !$0.contains("portico_session") })
    }

    /// From a sign-in page to the code.
    private func finish(_ signIn: Answer, _ browser: Browser) async throws -> String? {
        let consent = try await browser.signIn(signIn)
        return try await browser.submit(consent, action: "/consent", ["decision": "allow"]).redirected("code")
    }

    @Test("a sign-in form planted in another browser signs nobody in")
    func plantedTicket() async throws {
        let house = try await House()
        try await house.visit { attacker in
            let page = try await attacker.authorize()
            let victim = attacker.another()
            expectRestart(try await victim.submit(page, action: "/sign-in", Self.credentials))
            _ = try await victim.authorize(Browser.benefitsRequest)
            expectRestart(try await victim.submit(page, action: "/sign-in", Self.credentials))
            #expect(victim.cookies.keys.allSatisfy { !$0.contains("session") })
        }
    }

    @Test("a resume address that is bound to a browser opens in no other, and its page starts again")
    func plantedResume() async throws {
        let house = try await House()
        try await house.visit { browser in
            let signedIn = try await browser.submit(try await browser.authorize(), action: "/sign-in", Self.credentials)
            let resume = try #require(signedIn.location)
            let other = browser.another()
            let refused = try await other.get(resume)
            expectRestart(refused)
            #expect(try await finish(try await other.startAgain(refused), other) != nil)
        }
    }

    @Test("when the browser has lost its cookies, the page starts again and that works to the end")
    func lostCookies() async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await browser.authorize()
            browser.cookies = [:]
            let refused = try await browser.submit(page, action: "/sign-in", Self.credentials)
            expectRestart(refused)
            #expect(try await finish(try await browser.startAgain(refused), browser) != nil)
        }
    }

    @Test("a ticket ends after half an hour; the page starts the same request again, and prompt=login still asks")
    func expiredTicket() async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await browser.authorize(Browser.permitsRequest, ["prompt": "login"])
            house.advance(.minutes(31))
            let expired = try await browser.submit(page, action: "/sign-in", Self.credentials)
            expectRestart(expired)
            let again = try await browser.startAgain(expired)
            #expect(again.hasForm("/sign-in"))
            house.advance(.seconds(1))
            let answer = try await browser.submit(try await browser.signIn(again), action: "/consent", ["decision": "allow"])
            #expect(answer.redirected("code") != nil)
            #expect(answer.redirected("state") == "the-state")
        }
    }

    @Test("an expired ticket of a request whose client is gone starts nothing")
    func expiredTicketOfRemovedClient() async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await browser.authorize()
            let id = try #require(ClientID(rawValue: "city-permits"))
            try await house.clientAdministration.remove(id, at: house.now)
            try await house.provider.clients.refreshIfChanged()
            let answer = try await browser.submit(page, action: "/sign-in", Self.credentials)
            #expect(answer.status == .badRequest)
            #expect(answer.isPage)
        }
    }

    @Test("forms whose token is forged, missing or of another browser change nothing", arguments: ["/sign-in", "/consent", "/sign-out", "/language"])
    func forgedToken(_ action: String) async throws {
        let house = try await House()
        try await house.visit { browser in
            let another = try await browser.another().authorize()
            let page = try await page(with: action, browser)
            let foreign = try #require(another.forms.first).fields["form_token"] ?? ""
            for token in ["", "x", foreign, String(repeating: "A", count: 43)] {
                let fields = ["form_token": token, "decision": "allow", "language": "fr"].merging(Self.credentials) { $1 }
                expectRestart(try await browser.submit(page, action: action, fields))
            }
        }
    }

    @Test("forms that browsers say come from another site change nothing", arguments: ["/sign-in", "/consent", "/sign-out", "/language"])
    func foreignSite(_ action: String) async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await page(with: action, browser)
            let fields = ["decision": "allow", "language": "fr"].merging(Self.credentials) { $1 }
            for headers in Self.foreign { expectRestart(try await browser.submit(page, action: action, fields, headers: headers)) }
            let own = try await browser.submit(page, action: action, fields, headers: [.origin: House.issuer, .secFetchSite: "same-origin"])
            #expect(own.status == .seeOther)
        }
    }

    private func page(with action: String, _ browser: Browser) async throws -> Answer {
        let signIn = try await browser.authorize()
        if action == "/sign-in" || action == "/language" { return signIn }
        let consent = try await browser.signIn(signIn)
        return action == "/consent" ? consent : try await browser.get("/")
    }

    @Test("the sign-in form without a request is protected as well, and its page starts again")
    func plainSignIn() async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await browser.get("/sign-in")
            let refused = try await browser.submit(page, action: "/sign-in", Self.credentials, headers: [.origin: "https://evil.example"])
            expectRestart(refused)
            #expect(try await browser.startAgain(refused).hasForm("/sign-in"))
            #expect(try await browser.submit(page, action: "/sign-in", Self.credentials).location == "/")
        }
    }

    @Test("text that is no ticket gets a page", arguments: ["", "x", "AAAA", String(repeating: "A", count: 400), "\u{1F600}"])
    func brokenTicket(_ ticket: String) async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let page = try await browser.authorize()
            for action in ["/sign-in", "/consent", "/choose-account"] where !(action == "/sign-in" && ticket.isEmpty) {
                let form = ["form_token": page.forms.first?.fields["form_token"] ?? "", "ticket": ticket, "decision": "allow"]
                let answer = try await browser.post(action, form.map { ($0.key, $0.value) })
                #expect(answer.status == .badRequest)
                #expect(answer.isPage)
            }
            let resumed = try await browser.get("/authorize/resume?" + FormEncoding.encode([("ticket", ticket)]))
            #expect(resumed.status == .badRequest)
        }
    }

    @Test("a ticket changed in any one character opens nothing")
    func modifiedTicket() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let page = try await browser.authorize()
            let ticket = Array(try #require(page.forms.first { $0.action == "/sign-in" }?.fields["ticket"]))
            for index in stride(from: 0, to: ticket.count, by: 37) {
                var changed = ticket
                changed[index] = changed[index] == "A" ? "B" : "A"
                let answer = try await browser.submit(page, action: "/sign-in", ["ticket": String(changed)].merging(Self.credentials) { $1 })
                #expect(answer.status == .badRequest)
            }
        }
    }

    @Test("a logout form is no authorization ticket, nor the other way round")
    func ticketPurpose() async throws {
        let house = try await House()
        try await house.visit { browser in
            let signIn = try await browser.authorize()
            let ticket = try #require(signIn.forms.first { $0.action == "/sign-in" }?.fields["ticket"])
            _ = try await browser.signIn(signIn)
            let logout = try await browser.get("/logout?client_id=city-permits")
            let sealed = try #require(logout.forms.first { $0.action == "/logout/confirm" }?.fields["logout"])
            #expect(try await browser.get("/authorize/resume?ticket=" + sealed).status == .badRequest)
            expectRestart(try await browser.submit(logout, action: "/logout/confirm", ["logout": ticket, "decision": "sign_out"]))
            #expect(try await browser.get("/").status == .ok, "still signed in")
        }
    }

    @Test("a consent form answers the request it was made for: a ticket swapped in answers its own")
    func swappedTickets() async throws {
        let house = try await House()
        try await house.visit { browser in
            let permits = try await browser.signIn(try await browser.authorize())
            let benefits = try await browser.authorize(Browser.benefitsRequest)
            let ticket = try #require(benefits.forms.first { $0.action == "/consent" }?.fields["ticket"])
            let answer = try await browser.submit(permits, action: "/consent", ["ticket": ticket, "decision": "allow"])
            #expect(answer.location?.hasPrefix("https://benefits.example/callback?") == true)
            #expect(answer.redirected("state") == "b-state")
        }
    }

    @Test("two tabs with two agencies never mix")
    func twoTabs() async throws {
        let house = try await House()
        try await house.visit { browser in
            let permits = try await browser.authorize()
            let benefits = try await browser.authorize(Browser.benefitsRequest)
            let benefitsConsent = try await browser.signIn(benefits)
            let permitsConsent = try await browser.signIn(permits)
            #expect(permitsConsent.text.contains("City Permits"))
            let one = try await browser.submit(permitsConsent, action: "/consent", ["decision": "allow"])
            #expect(one.location?.hasPrefix("https://permits.example/callback?") == true)
            #expect(one.redirected("state") == "the-state")
            // The second sign-in took the place of the session that this page asked in: the question is put once more.
            let asked = try await browser.submit(benefitsConsent, action: "/consent", ["decision": "allow"])
            #expect(asked.text.contains("Family Benefits"))
            let two = try await browser.submit(asked, action: "/consent", ["decision": "allow"])
            #expect(two.location?.hasPrefix("https://benefits.example/callback?") == true)
            #expect(two.redirected("state") == "b-state")
        }
    }

    @Test("scopes that the request never named are not granted by adding them to the form")
    func addedScopes() async throws {
        let house = try await House()
        try await house.visit { browser in
            let consent = try await browser.signIn(try await browser.authorize(Browser.permitsRequest, ["scope": "openid email"]))
            let added = ["decision": "allow", "scope_address": "on", "scope_offline_access": "on", "scope_permits:write": "on"]
            let answer = try await browser.submit(consent, action: "/consent", added)
            let tokens = try await browser.redeem(try #require(answer.redirected("code")))
            #expect(tokens.json["scope"]?.stringValue == "openid email")
            let info = try await browser.userInfo(try #require(tokens.json["access_token"]?.stringValue))
            #expect(info.json["address"] == nil)
        }
    }

    @Test("consent posted without a session, or after signing out, asks to sign in and gives nothing")
    func consentWithoutSession() async throws {
        let house = try await House()
        try await house.visit { browser in
            let consent = try await browser.signIn(try await browser.authorize())
            let session = try #require(browser.cookies.first { $0.key.contains("session") })
            browser.cookies[session.key] = nil
            let without = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            #expect(without.hasForm("/sign-in"))
            #expect(without.location == nil)

            browser.cookies[session.key] = session.value
            _ = try await browser.submit(try await browser.get("/"), action: "/sign-out", [:])
            browser.cookies[session.key] = session.value
            let after = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            #expect(after.hasForm("/sign-in"))
            #expect(after.location == nil)
        }
    }

    @Test("one resident's answer is never taken for another's who has signed in since")
    func consentOfAnotherResident() async throws {
        let house = try await House()
        try await house.addResident("bao", ["email": "bao@example.org"])
        try await house.visit { browser in
            let amaras = try await browser.signIn(try await browser.authorize())
            #expect(amaras.text.contains("amara@example.org"))
            house.advance(.seconds(1))
            let tab = try await browser.authorize(Browser.permitsRequest, ["prompt": "login"])
            _ = try await browser.signIn(tab, identifier: "bao")
            let answer = try await browser.submit(amaras, action: "/consent", ["decision": "allow"])
            #expect(answer.redirected("code") == nil)
            #expect(answer.hasForm("/consent"))
            #expect(answer.text.contains("bao@example.org"))
            #expect(try await browser.submit(answer, action: "/consent", ["decision": "allow"]).redirected("code") != nil)
        }
    }

    @Test("one resident's choice of account is never taken for another's who has signed in since")
    func choiceOfAnotherResident() async throws {
        let house = try await House()
        try await house.addResident("bao")
        try await house.visit { browser in
            for name in ["bao", "amara"] {
                house.advance(.seconds(1))
                let consent = try await browser.signIn(
                    try await browser.authorize(Browser.permitsRequest, ["prompt": "login"]), identifier: name)
                _ = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            }
            house.advance(.seconds(1))
            let amaras = try await browser.authorize(Browser.permitsRequest, ["prompt": "select_account"])
            #expect(amaras.text.contains("Amara Okafor"))
            house.advance(.seconds(1))
            _ = try await browser.signIn(try await browser.authorize(Browser.benefitsRequest, ["prompt": "login"]), identifier: "bao")
            let answer = try await browser.submit(amaras, action: "/choose-account", ["decision": "continue"])
            #expect(answer.redirected("code") == nil)
            #expect(answer.hasForm("/choose-account"))
            #expect(answer.text.contains("bao"))
            #expect(try await browser.submit(answer, action: "/choose-account", ["decision": "continue"]).redirected("code") != nil)
        }
    }

    @Test("who chooses another account signs in, and the agency gets that resident")
    func otherAccount() async throws {
        let house = try await House()
        try await house.addResident("bao", ["email": "bao@example.org"])
        try await house.visit { browser in
            _ = try await browser.code()
            house.advance(.seconds(1))
            let page = try await browser.authorize(Browser.permitsRequest, ["prompt": "select_account"])
            let signIn = try await browser.submit(page, action: "/choose-account", ["decision": "other"])
            let consent = try await browser.signIn(signIn, identifier: "bao")
            let answer = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            let tokens = try await browser.redeem(try #require(answer.redirected("code")))
            let info = try await browser.userInfo(try #require(tokens.json["access_token"]?.stringValue))
            #expect(info.json["email"]?.stringValue == "bao@example.org")
        }
    }

    @Test("consent sent twice, or again by the back button, gives a fresh code each time")
    func doubleSubmit() async throws {
        let house = try await House()
        try await house.visit { browser in
            let consent = try await browser.signIn(try await browser.authorize())
            let first = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            #expect(try await browser.redeem(try #require(first.redirected("code"))).status == .ok)
            let second = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            #expect(second.redirected("code") != first.redirected("code"))
            #expect(try await browser.redeem(try #require(second.redirected("code"))).status == .ok)
        }
    }

    @Test("the sign-in form sent again by the back button signs in again under a new session")
    func signInAgain() async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await browser.authorize()
            #expect(try await browser.signIn(page).hasForm("/consent"))
            let first = browser.cookies
            #expect(try await browser.signIn(page).hasForm("/consent"))
            #expect(browser.cookies != first)
        }
    }

    @Test("signing in on a form while another resident is signed in ends the other's session")
    func sessionOfAnotherResident() async throws {
        let house = try await House()
        try await house.addResident("bao")
        try await house.visit { browser in
            let page = try await browser.authorize(Browser.permitsRequest, ["prompt": "login"])
            _ = try await browser.signIn(try await browser.authorize())
            let amaras = browser.cookies
            let consent = try await browser.signIn(page, identifier: "bao")
            #expect(consent.hasForm("/consent"))
            #expect(try await browser.get("/").text.contains("bao"))
            browser.cookies = amaras
            #expect(try await browser.get("/").location == "/sign-in")
        }
    }

    @Test(
        "what is sent by POST is not reached by GET",
        arguments: ["/consent", "/choose-account", "/sign-out", "/language", "/logout/confirm", "/consent?decision=allow"])
    func methods(_ target: String) async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let answer = try await browser.get(target)
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.headers[.allow] == "POST")
            #expect(answer.isPage)
        }
    }

    @Test("two browser cookies of one name count as none")
    func plantedCookie() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.signIn(try await browser.authorize())
            let session = try #require(browser.cookies["__Host-portico_session"])
            browser.cookies["__Host-portico_session"] = session + "; __Host-portico_session=" + session
            #expect(try await browser.get("/").location == "/sign-in")
        }
    }
}
