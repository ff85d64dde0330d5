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
