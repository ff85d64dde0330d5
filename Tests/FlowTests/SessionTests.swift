import HTTPTypes
import Primitives
import Testing

@testable import Web

@Suite("OWASP ASVS 5.0 §7: sessions")
struct SessionTests {
    private static let cookie = "__Host-portico_session"

    private func isSignedIn(_ browser: Browser) async throws -> Bool {
        let answer = try await browser.get("/")
        if answer.status == .ok { return true }
        #expect(answer.location == "/sign-in")
        return false
    }

    @Test("the session's name is new at every sign-in, and the old one is dead")
    func renewal() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            let before = try #require(browser.cookies[Self.cookie])
            house.advance(.seconds(1))
            _ = try await browser.signIn(try await browser.authorize(Browser.permitsRequest, ["prompt": "login"]))
            let after = try #require(browser.cookies[Self.cookie])
            #expect(before != after)
            #expect(try await isSignedIn(browser))
            browser.cookies[Self.cookie] = before
            #expect(try await !isSignedIn(browser))
        }
    }

    @Test("what an agency was given goes on after the resident showed again that it is them")
    func grantsFollow() async throws {
        let house = try await House()
        try await house.visit { browser in
            let tokens = try await browser.redeem(try await browser.code())
            house.advance(.seconds(1))
            _ = try await browser.signIn(try await browser.authorize(Browser.permitsRequest, ["prompt": "login"]))
            #expect(try await browser.refresh(try #require(tokens.json["refresh_token"]?.stringValue)).status == .ok)
        }
    }

    @Test("a session name that the server did not give is ignored, and not taken over at sign-in")
    func fixation() async throws {
        let house = try await House()
        try await house.visit { browser in
            let planted = "pts_" + String(repeating: "A", count: 49)
            for value in [planted, "", "x", "1; other=2", String(repeating: "A", count: 3000)] {
                browser.cookies = [Self.cookie: value]
                #expect(try await !isSignedIn(browser))
            }
            browser.cookies = [Self.cookie: planted]
            _ = try await browser.signIn(try await browser.authorize())
            #expect(browser.cookies[Self.cookie] != planted)
        }
    }

    @Test("an idle hour ends the session; use keeps it, up to twelve hours in all")
    func limits() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            for _ in 0..<14 {
                house.advance(.minutes(50))
                #expect(try await isSignedIn(browser))
            }
            house.advance(.minutes(21))
            #expect(try await !isSignedIn(browser))

            _ = try await browser.signIn(try await browser.get("/sign-in"))
            #expect(try await isSignedIn(browser))
            house.advance(.minutes(60))
            #expect(try await !isSignedIn(browser))
            let silent = try await browser.authorize(Browser.permitsRequest, ["prompt": "none"])
            #expect(silent.redirected("error") == "login_required")
        }
    }

    @Test("a resident who is disabled is out at once, in every browser, and back in only by signing in")
    func disabledResident() async throws {
        let house = try await House()
        try await house.visit { browser in
            let code = try await browser.code()
            let other = browser.another()
            _ = try await other.signIn(try await other.authorize())
            let resident = try #require(try await house.residents.find("amara"))
            try await house.residents.disable(resident.id, at: house.now)
            #expect(try await !isSignedIn(browser))
            #expect(try await !isSignedIn(other))
            #expect(try await browser.redeem(code).json["error"]?.stringValue == "invalid_grant")
            let refused = try await browser.signIn(try await browser.authorize())
            #expect(refused.status == .unprocessableContent)
            try await house.residents.enable(resident.id, at: house.now)
            #expect(try await !isSignedIn(browser))
            _ = try await browser.signIn(try await browser.authorize())
            #expect(try await isSignedIn(browser))
        }
    }

    @Test("a new password ends every session")
    func newPassword() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            let resident = try #require(try await house.residents.find("amara"))
            try await house.residents.setPassword(.init(Array("harbour-violin-moss-31".utf8)), of: resident.id, at: house.now)
            #expect(try await !isSignedIn(browser))
            #expect(try await browser.signIn(try await browser.authorize()).status == .unprocessableContent)
            let answer = try await browser.signIn(try await browser.authorize(), password: "harbour-violin-moss-31")
            #expect(answer.redirected("code") != nil)
        }
    }

    @Test("over https every cookie is host-only, Secure, HttpOnly and SameSite; the session's ends with the browser")
    func attributes() async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await browser.authorize()
            let signedIn = try await browser.submit(page, action: "/sign-in", ["identifier": "amara", "password": House.password])
            let language = try await browser.submit(page, action: "/language", ["language": "fr"])
            let cookies = [page, signedIn, language].flatMap { $0.headers[values: .setCookie] }
            #expect(cookies.count == 4)
            for cookie in cookies {
                #expect(cookie.hasPrefix("__Host-portico_"))
                for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] { #expect(cookie.contains("; " + attribute)) }
                #expect(!cookie.contains("Domain"))
            }
            let session = try #require(cookies.first { $0.hasPrefix(Self.cookie) })
            #expect(!session.contains("Max-Age"))
            #expect(!session.contains("Expires"))
        }
    }

    @Test("over http on loopback the same flow works with cookies that are not Secure")
    func loopback() async throws {
        let house = try await House(issuer: "http://127.0.0.1:8080")
        try await house.visit { browser in
            let page = try await browser.authorize()
            let cookie = try #require(page.headers[.setCookie])
            #expect(cookie.hasPrefix("portico_browser="))
            #expect(!cookie.contains("Secure"))
            #expect(cookie.contains("; HttpOnly; SameSite=Lax"))
            #expect(page.headers[.strictTransportSecurity] == nil)
            let consent = try await browser.signIn(page)
            #expect(try await browser.submit(consent, action: "/consent", ["decision": "allow"]).redirected("code") != nil)
        }
    }

    @Test("who is signed in and opens the sign-in page goes home")
    func home() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.signIn(try await browser.get("/sign-in"))
            #expect(try await browser.get("/sign-in").location == "/")
        }
    }

    @Test("the home page lists the agencies that were allowed something, in the resident's language, and no others")
    func agencies() async throws {
        let house = try await House()
        try await house.visit { browser in
            let consent = try await browser.signIn(try await browser.authorize())
            #expect(try await !browser.get("/").text.contains("City Permits"))
            _ = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            let home = try await browser.get("/")
            #expect(home.text.contains("City Permits"))
            #expect(!home.text.contains("Family Benefits"))
            _ = try await browser.submit(try await browser.authorize(Browser.benefitsRequest), action: "/consent", ["decision": "deny"])
            #expect(try await !browser.get("/").text.contains("Family Benefits"))
            _ = try await browser.submit(home, action: "/language", ["language": "fr"])
            #expect(try await browser.get("/").text.contains("Permis municipaux"))
        }
    }

    @Test("signing out ends the session, takes its cookie and shows a page; a second time changes nothing")
    func signOut() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            let before = browser.cookies
            let home = try await browser.get("/")
            let answer = try await browser.submit(home, action: "/sign-out", [:])
            #expect(answer.location == "/signed-out")
            #expect(try await browser.follow(answer).isPage)
            #expect(browser.cookies[Self.cookie] == nil)
            browser.cookies = before
            #expect(try await !isSignedIn(browser))
            #expect(try await browser.submit(home, action: "/sign-out", [:]).location == "/signed-out")
        }
    }
}
