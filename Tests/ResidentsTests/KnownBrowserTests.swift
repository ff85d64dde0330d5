import Cryptography
import Domain
import Primitives
import Testing

@testable import Residents

@Suite("The cookie of a known browser")
struct KnownBrowserTests {
    private let key: AESGCM

    init() throws { key = try AESGCM(key: .random(32)) }

    @Test("it knows who signed in on it, for 180 days")
    func lifetime() throws {
        let resident = ResidentID.random()
        var browser = KnownBrowser()
        browser.remember(resident, at: noon)
        let cookie = try browser.cookie(sealedBy: key)
        let read = try #require(KnownBrowser(cookie: cookie, key: key, at: noon + .days(180) - .milliseconds(1)))
        #expect(read.knows(resident) && read.id == browser.id)
        #expect(!read.knows(.random()))
        #expect(KnownBrowser(cookie: cookie, key: key, at: noon + .days(180)) == nil)
    }

    @Test("it remembers the last four of a household")
    func household() throws {
        let residents = (0..<5).map { _ in ResidentID.random() }
        var browser = KnownBrowser()
        for (index, resident) in residents.enumerated() { browser.remember(resident, at: noon + .days(Int64(index))) }
        browser.remember(residents[4], at: noon + .days(5))
        let read = try #require(KnownBrowser(cookie: try browser.cookie(sealedBy: key), key: key, at: noon + .days(6)))
        #expect(read.visits.map(\.resident) == [residents[4], residents[3], residents[2], residents[1]])
        #expect(read.visits.first?.at == noon + .days(5))
    }

    @Test("a cookie that was changed, cut, sealed elsewhere or made up is no cookie")
    func forgeries() throws {
        var browser = KnownBrowser()
        browser.remember(.random(), at: noon)
        let cookie = try browser.cookie(sealedBy: key)
        let sealed = try #require(Base64URL.decode(cookie))
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 0x40
            #expect(KnownBrowser(cookie: Base64URL.encode(changed), key: key, at: noon) == nil)
        }
        #expect(KnownBrowser(cookie: String(cookie.dropLast()), key: key, at: noon) == nil)
        #expect(KnownBrowser(cookie: cookie, key: try AESGCM(key: .random(32)), at: noon) == nil)
        for text in ["", "x", "=", String(repeating: "A", count: 100_000)] { #expect(KnownBrowser(cookie: text, key: key, at: noon) == nil) }
        #expect(KnownBrowser(cookie: nil, key: key, at: noon) == nil)
    }

    @Test("each sign-in renews the cookie and keeps the browser's name")
    func renewal() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        let browserKey = try AESGCM(key: fixture.secrets.browsers)
        let first = try #require(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn).deviceCookie
        let later = noon + .days(170)
        let second = try #require(try await signIn.attempt(fixture.attempt(knownBrowser: first), replacing: nil, at: later).signedIn).deviceCookie
        let (one, other) = (
            KnownBrowser(cookie: first, key: browserKey, at: noon), KnownBrowser(cookie: second, key: browserKey, at: noon + .days(300))
        )
        #expect(one?.id != nil && one?.id == other?.id)
        #expect(other?.visits.first?.at == later)
    }
}
