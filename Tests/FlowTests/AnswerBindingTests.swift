import HTTPTypes
import Primitives
import Testing

@testable import Web

@Suite("RFC 9700 §4.7: an answer counts for the request, the session and the resident it was asked of")
struct AnswerBindingTests {
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
            // The second sign-in replaced the session, but it is the same resident who was asked.
            let two = try await browser.submit(benefitsConsent, action: "/consent", ["decision": "allow"])
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
}
