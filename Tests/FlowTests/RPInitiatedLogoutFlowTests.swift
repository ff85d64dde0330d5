import HTTPTypes
import OAuthProtocol
import Primitives
import Testing

@testable import Web

@Suite("OpenID Connect RP-Initiated Logout 1.0")
struct RPInitiatedLogoutFlowTests {
    private static let destination = "https://permits.example/signed-out"

    private func idToken(_ browser: Browser) async throws -> String {
        try #require(try await browser.redeem(try await browser.code()).json["id_token"]?.stringValue)
    }

    private func logout(_ browser: Browser, _ parameters: [String: String]) async throws -> Answer {
        try await browser.get("/logout?" + FormEncoding.encode(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    }

    private func isSignedIn(_ browser: Browser) async throws -> Bool { try await browser.get("/").status == .ok }

    private func expectRefused(_ answer: Answer, _ browser: Browser) async throws {
        #expect(answer.status == .badRequest)
        #expect(answer.isPage)
        #expect(try await isSignedIn(browser))
    }

    @Test("with a hint for this session the resident is signed out and sent on, with the state exactly as it was")
    func withHint() async throws {
        let house = try await House()
        try await house.visit { browser in
            let state = "a b+c%20&d=\u{1F3DB}\u{FE0F}<x>"
            let parameters = ["id_token_hint": try await idToken(browser), "post_logout_redirect_uri": Self.destination, "state": state]
            let answer = try await logout(browser, parameters)
            #expect(answer.status == .seeOther)
            #expect(answer.location?.hasPrefix(Self.destination + "?") == true)
            #expect(answer.redirected("state") == state)
            #expect(try await !isSignedIn(browser))
            #expect(try await browser.authorize(Browser.permitsRequest, ["prompt": "none"]).redirected("error") == "login_required")
        }
    }

    @Test("without a state the address is the registered one and nothing more; without an address a page says it is done")
    func minimal() async throws {
        let house = try await House()
        try await house.visit { browser in
            let first = ["id_token_hint": try await idToken(browser), "post_logout_redirect_uri": Self.destination]
            #expect(try await logout(browser, first).location == Self.destination)
            let second = try await logout(browser, ["id_token_hint": try await idToken(browser), "state": "s"])
            #expect(second.status == .ok)
            #expect(second.isPage)
            #expect(try await !isSignedIn(browser))
        }
    }

    @Test("an expired ID token is still a hint")
    func expiredHint() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try await idToken(browser)
            house.advance(.minutes(30))
            let answer = try await logout(browser, ["id_token_hint": token, "post_logout_redirect_uri": Self.destination])
            #expect(answer.location == Self.destination)
        }
    }

    @Test("without a hint the resident is asked, and an image on another site signs nobody out")
    func withoutHint() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            for parameters in [[:], ["client_id": "city-permits"], ["state": "s"], ["logout_hint": "amara"]] as [[String: String]] {
                let page = try await logout(browser, parameters)
                #expect(page.status == .ok)
                #expect(page.hasForm("/logout/confirm"))
                #expect(try await isSignedIn(browser))
            }
        }
    }

    @Test("who confirms is signed out and sent on; who stays, stays")
    func confirmation() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            let parameters = ["client_id": "city-permits", "post_logout_redirect_uri": Self.destination, "state": "s"]
            let page = try await logout(browser, parameters)
            #expect(page.text.contains("City Permits"))
            let stay = try await browser.submit(page, action: "/logout/confirm", ["decision": "stay"])
            #expect(stay.location == "/")
            #expect(try await isSignedIn(browser))
            let leave = try await browser.submit(page, action: "/logout/confirm", ["decision": "sign_out"])
            #expect(leave.location == Self.destination + "?state=s")
            #expect(try await !isSignedIn(browser))
        }
    }

    @Test("a confirmation that is not this browser's form, or too old, signs nobody out")
    func forgedConfirmation() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            let page = try await logout(browser, [:])
            let others = try await browser.another().get("/logout")
            #expect(others.isPage)
            let fields = ["decision": "sign_out"]
            let attempts = [
                try await browser.submit(page, action: "/logout/confirm", fields.merging(["form_token": "x"]) { $1 }),
                try await browser.submit(page, action: "/logout/confirm", fields.merging(["logout": ""]) { $1 }),
                try await browser.submit(page, action: "/logout/confirm", fields.merging(["logout": "AAAA"]) { $1 }),
                try await browser.submit(page, action: "/logout/confirm", fields, headers: [.origin: "https://evil.example"]),
            ]
            for answer in attempts { #expect(answer.status == .forbidden) }
            #expect(try await isSignedIn(browser))
            house.advance(.minutes(31))
            #expect(try await browser.submit(page, action: "/logout/confirm", fields).status == .forbidden)
            #expect(try await isSignedIn(browser))
        }
    }

    @Test("a hint that is not an ID token of ours is refused, and nobody is sent anywhere or signed out")
    func wrongHints() async throws {
        let house = try await House()
        try await house.visit { browser in
            let tokens = try await browser.redeem(try await browser.code())
            let good = try #require(tokens.json["id_token"]?.stringValue)
            let access = try #require(tokens.json["access_token"]?.stringValue)
            let hints = ["x", "a.b.c", try Forgery.unsigned(good), try Forgery.modified(good), try Forgery.resigned(good), access]
            for hint in hints {
                let answer = try await logout(browser, ["id_token_hint": hint, "post_logout_redirect_uri": Self.destination])
                try await expectRefused(answer, browser)
            }
        }
    }

    @Test(
        "an address that is not registered for the client is refused",
        arguments: [
            "https://evil.example/", "https://permits.example/callback", "https://permits.example/signed-out?a=b",
            "https://permits.example/signed-out/", "https://permits.example/signed-out#f", "HTTPS://permits.example/signed-out",
            "javascript:alert(1)",
        ])
    func unregisteredDestination(_ destination: String) async throws {
        let house = try await House()
        try await house.visit { browser in
            let hint = try await idToken(browser)
            try await expectRefused(
                try await logout(browser, ["id_token_hint": hint, "post_logout_redirect_uri": destination, "state": "s"]), browser)
            try await expectRefused(
                try await logout(browser, ["client_id": "city-permits", "post_logout_redirect_uri": destination]), browser)
        }
    }

    @Test("an address is worth nothing without a client, with an unknown one, or with another than the hint's")
    func clients() async throws {
        let house = try await House()
        try await house.visit { browser in
            let hint = try await idToken(browser)
            let wrong: [[String: String]] = [
                ["post_logout_redirect_uri": Self.destination],
                ["post_logout_redirect_uri": Self.destination, "client_id": "family-benefits"],
                ["post_logout_redirect_uri": Self.destination, "client_id": "nobody"],
                ["post_logout_redirect_uri": Self.destination, "client_id": "two words"],
                ["id_token_hint": hint, "client_id": "family-benefits", "post_logout_redirect_uri": Self.destination],
            ]
            for parameters in wrong { try await expectRefused(try await logout(browser, parameters), browser) }
            let right = ["id_token_hint": hint, "client_id": "city-permits", "post_logout_redirect_uri": Self.destination]
            #expect(try await logout(browser, right).location == Self.destination)
        }
    }

    @Test("the hint of another session, or of another resident, asks before it signs anybody out")
    func hintOfAnotherSession() async throws {
        let house = try await House()
        try await house.addResident("bao")
        try await house.visit { browser in
            let hint = try await idToken(browser)
            for name in ["amara", "bao"] {
                let other = browser.another()
                _ = try await other.signIn(try await other.get("/sign-in"), identifier: name)
                let page = try await logout(other, ["id_token_hint": hint, "post_logout_redirect_uri": Self.destination])
                #expect(page.hasForm("/logout/confirm"))
                #expect(try await isSignedIn(other))
            }
            #expect(try await isSignedIn(browser))
        }
    }

    @Test("a repeated logout succeeds: with a hint it leads to the agency, without one to our page")
    func repeated() async throws {
        let house = try await House()
        try await house.visit { browser in
            let hint = try await idToken(browser)
            let parameters = ["id_token_hint": hint, "post_logout_redirect_uri": Self.destination]
            for _ in 0..<2 { #expect(try await logout(browser, parameters).location == Self.destination) }
            let bare = try await logout(browser, ["client_id": "city-permits", "post_logout_redirect_uri": Self.destination])
            #expect(bare.status == .ok)
            #expect(bare.isPage)
            #expect(try await browser.another().get("/logout").status == .ok)
        }
    }

    @Test("logout by POST does the same, by way of an address of ours")
    func byPost() async throws {
        let house = try await House()
        try await house.visit { browser in
            let parameters = [("id_token_hint", try await idToken(browser)), ("post_logout_redirect_uri", Self.destination), ("state", "s")]
            let kept = browser.cookies
            browser.cookies = [:]
            let sent = try await browser.post("/logout", parameters)
            #expect(sent.status == .seeOther)
            browser.cookies = kept
            #expect(try await browser.follow(sent).location == Self.destination + "?state=s")
            #expect(try await !isSignedIn(browser))
        }
    }

    @Test("parameters that occur twice, or a state with control characters, are refused")
    func malformed() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            for query in ["state=a&state=b", "state=%0d%0a", "state=%ff", "state=" + String(repeating: "s", count: 2049)] {
                try await expectRefused(try await browser.get("/logout?" + query), browser)
            }
        }
    }

    @Test("the page speaks the language that ui_locales asks for")
    func languages() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            let page = try await logout(browser, ["ui_locales": "xx fr", "client_id": "city-permits"])
            #expect(page.text.contains("lang=\"fr\""))
            #expect(page.text.contains("Permis municipaux"))
        }
    }

    @Test("signing out ends what agencies may refresh, and their access to userinfo")
    func tokensEnd() async throws {
        let house = try await House()
        try await house.visit { browser in
            let tokens = try await browser.redeem(try await browser.code())
            _ = try await logout(browser, ["id_token_hint": tokens.json["id_token"]?.stringValue ?? ""])
            #expect(try await browser.refresh(tokens.json["refresh_token"]?.stringValue ?? "").json["error"]?.stringValue == "invalid_grant")
            #expect(try await browser.userInfo(tokens.json["access_token"]?.stringValue ?? "").status == .unauthorized)
        }
    }
}
