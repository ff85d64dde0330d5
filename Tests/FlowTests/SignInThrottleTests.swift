import Cryptography
import Dispatch
import HTTPTypes
import Primitives
import Testing

@testable import PasswordHashing
@testable import Web

@Suite("NIST SP 800-63B-4 §3.2.2: failed sign-ins slow down the next, and tell nothing")
struct SignInThrottleTests {
    private func attempt(_ browser: Browser, _ identifier: String, _ password: String = "wrong-password") async throws -> Answer {
        try await browser.submit(try await browser.get("/sign-in"), action: "/sign-in", ["identifier": identifier, "password": password])
    }

    @Test("after five failures the next attempt waits: 429 with Retry-After, even with the right password")
    func delay() async throws {
        let house = try await House()
        try await house.visit { browser in
            for _ in 0..<5 { #expect(try await attempt(browser, "amara").status == .unprocessableContent) }
            let waiting = try await attempt(browser, "amara", House.password)
            #expect(waiting.status == .tooManyRequests)
            #expect(waiting.isPage)
            let seconds = try #require(waiting.headers[.retryAfter].flatMap(Int.init))
            #expect(seconds == 2)
            house.advance(.seconds(seconds))
            #expect(try await attempt(browser, "amara", House.password).location == "/")
        }
    }

    @Test("the wait grows with further failures")
    func growth() async throws {
        let house = try await House()
        try await house.visit { browser in
            for _ in 0..<5 { _ = try await attempt(browser, "amara") }
            house.advance(.seconds(2))
            #expect(try await attempt(browser, "amara").status == .unprocessableContent)
            #expect(try await attempt(browser, "amara").headers[.retryAfter] == "4")
        }
    }

    @Test("known, unknown and disabled names are answered alike: status, headers and page, failure by failure")
    func enumeration() async throws {
        let house = try await House()
        let disabled = try await house.addResident("carla")
        try await house.residents.disable(disabled.id, at: house.now)
        try await house.visit { browser in
            // Each name comes from a browser of its own, and the clock keeps the address's own limit out of this.
            let names = ["amara", "nobod", "carla"]
            let browsers = names.map { _ in browser.another() }
            for round in 0..<7 {
                var seen: [(HTTPResponse.Status, [String], Int)] = []
                for (name, browser) in zip(names, browsers) {
                    let answer = try await attempt(browser, name)
                    seen.append((answer.status, answer.headers.map { "\($0.name): \($0.value)" }.sorted(), answer.text.utf8.count))
                    #expect(answer.text.contains("value=\"\(name)\""))
                }
                #expect(seen.allSatisfy { $0 == seen[0] }, "round \(round)")
            }
        }
    }

    @Test("strangers cannot lock out a resident's own browser")
    func knownBrowser() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.signIn(try await browser.get("/sign-in"))
            _ = try await browser.submit(try await browser.get("/"), action: "/sign-out", [:])
            let stranger = browser.another()
            for _ in 0..<8 { _ = try await attempt(stranger, "amara") }
            #expect(try await attempt(stranger, "amara", House.password).status == .tooManyRequests)
            #expect(try await attempt(browser, "amara", House.password).location == "/")
        }
    }

    @Test("a known browser earns its owner no free guesses either")
    func knownBrowserIsCounted() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.signIn(try await browser.get("/sign-in"))
            _ = try await browser.submit(try await browser.get("/"), action: "/sign-out", [:])
            for _ in 0..<5 { #expect(try await attempt(browser, "amara").status == .unprocessableContent) }
            #expect(try await attempt(browser, "amara", House.password).status == .tooManyRequests)
        }
    }

    @Test("what was typed is kept on the way to the agency, and the password never comes back")
    func keptForm() async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await browser.authorize()
            let wrong = ["identifier": "amara", "password": "wrong-\"<b>-password"]
            let refused = try await browser.submit(page, action: "/sign-in", wrong)
            #expect(refused.status == .unprocessableContent)
            #expect(refused.text.contains("City Permits"))
            #expect(!refused.text.contains("wrong-"))
            #expect(refused.forms.first { $0.action == "/sign-in" }?.fields["identifier"] == "amara")
            #expect(try await browser.signIn(refused).hasForm("/consent"))
        }
    }

    @Test("an empty name or password is asked for, and counts as no attempt")
    func missing() async throws {
        let house = try await House()
        try await house.visit { browser async throws in
            for _ in 0..<6 {
                #expect(try await attempt(browser, "", "x").status == .unprocessableContent)
                #expect(try await attempt(browser, "amara", "").status == .unprocessableContent)
            }
            #expect(try await attempt(browser, "amara", House.password).location == "/")
        }
    }

    @Test("names and passwords that can be nobody's are refused like any other")
    func impossible() async throws {
        let house = try await House()
        try await house.visit { browser async throws in
            let names = ["amara\u{202E}", "a\u{0}", "../etc/passwd", "' OR 1=1 --", "%", String(repeating: "a", count: 5000), "\u{1F600}"]
            for name in names where !name.contains("\u{0}") {
                #expect(try await attempt(browser, name).status == .unprocessableContent)
            }
            #expect(try await attempt(browser, "amara", String(repeating: "p", count: 30_000)).status == .unprocessableContent)
            #expect(try await attempt(browser, "a\u{0}").status == .badRequest)
        }
    }

    @Test("when every place before the password hash is taken: 503 with Retry-After, and the attempt is not counted", .timeLimit(.minutes(1)))
    func busy() async throws {
        let house = try await House()
        let gate = DispatchSemaphore(value: 0)
        let pool = house.hasher.pool
        let places = 1 + House.hashingQueue
        let held = (0..<places).map { _ in
            Task {
                _ = try await pool.compute(inArenaOf: 8192) { _ in
                    gate.wait()
                    return []
                }
            }
        }
        while pool.jobsWaiting < House.hashingQueue { await Task.yield() }
        try await house.visit { browser in
            for _ in 0..<6 {
                let answer = try await attempt(browser, "amara", House.password)
                #expect(answer.status == .serviceUnavailable)
                #expect(answer.headers[.retryAfter].flatMap(Int.init).map { $0 >= 1 } == true)
                #expect(answer.isPage)
            }
        }
        for _ in 0..<places { gate.signal() }
        for task in held { try await task.value }
        try await house.visit { browser async throws in
            #expect(try await attempt(browser, "amara", House.password).location == "/")
        }
    }
}
