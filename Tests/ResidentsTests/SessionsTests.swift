import Cryptography
import Database
import Domain
import Primitives
import Storage
import Testing

@testable import Residents

@Suite("Sessions")
struct SessionsTests {
    @Test("a session ends when it is not used for its idle time, and use moves that limit")
    func idle() async throws {
        let fixture = try await ResidentsFixture()
        let cookie = try await open(fixture).token.text
        let sessions = fixture.sessions()
        let beforeIdle = noon + .hours(1) - .milliseconds(1)
        #expect(try await sessions.resume(cookie, at: beforeIdle) != nil)
        #expect(try await sessions.resume(cookie, at: beforeIdle + .minutes(59)) != nil)
        #expect(try await sessions.resume(cookie, at: beforeIdle + .minutes(59) + .hours(1)) == nil)
    }

    @Test("a session ends at its absolute limit however much it is used")
    func absolute() async throws {
        let fixture = try await ResidentsFixture()
        let cookie = try await open(fixture).token.text
        let sessions = fixture.sessions()
        for step in 1..<24 { #expect(try await sessions.resume(cookie, at: noon + .minutes(30 * Int64(step))) != nil) }
        #expect(try await sessions.resume(cookie, at: noon + .hours(12) - .milliseconds(1)) != nil)
        #expect(try await sessions.resume(cookie, at: noon + .hours(12)) == nil)
    }

    @Test("use is written down at most once a minute")
    func touches() async throws {
        let fixture = try await ResidentsFixture()
        let signedIn = try await open(fixture)
        let sessions = fixture.sessions()
        for seconds in [1, 30, 59] { _ = try await sessions.resume(signedIn.token.text, at: noon + .seconds(seconds)) }
        #expect(try await stored(signedIn, fixture)?.lastSeenAt == noon)
        let resumed = try await sessions.resume(signedIn.token.text, at: noon + .seconds(60))
        #expect(resumed?.session.lastSeenAt == noon + .seconds(60))
        #expect(resumed?.session.idleExpiresAt == noon + .seconds(60) + .hours(1))
        #expect(try await stored(signedIn, fixture) == resumed?.session)
    }

    @Test("a cookie that is none of ours resumes nothing", arguments: [nil, "", "pts_", "pts_AAAA", "ptr_" + String(repeating: "A", count: 49)])
    func foreignCookies(_ cookie: String?) async throws {
        let fixture = try await ResidentsFixture()
        #expect(try await fixture.sessions().resume(cookie, at: noon) == nil)
        #expect(try await fixture.sessions().resume(BearerToken.mint(.session).text, at: noon) == nil)
    }

    @Test("the session of a disabled resident does not stand, even where it was not ended")
    func disabledResident() async throws {
        let fixture = try await ResidentsFixture()
        let cookie = try await open(fixture).token.text
        let id = fixture.resident.id
        try await fixture.database.write { transaction in _ = try transaction.residents.setState(.disabled, of: id, at: noon) }
        #expect(try await fixture.sessions().resume(cookie, at: noon) == nil)
    }

    @Test("signing out ends the session, revokes what was given in it, keeps what was allowed to outlive it, and is recorded")
    func end() async throws {
        let fixture = try await ResidentsFixture()
        let signedIn = try await open(fixture)
        let (bound, offline) = (try await fixture.grant(in: signedIn.session), try await fixture.grant(in: signedIn.session, offline: true))
        try await fixture.sessions().end(signedIn.session.digest, at: noon + .minutes(5), reason: .signedOut)
        #expect(try await fixture.sessions().resume(signedIn.token.text, at: noon + .minutes(5)) == nil)
        #expect(try await fixture.stored(bound)?.revokedAt == noon + .minutes(5))
        #expect(try await fixture.stored(offline)?.revokedAt == nil)
        let events = try await fixture.database.read { try $0.audit.list(limit: 1) }
        #expect(events.first?.kind == .residentSignedOut)
        #expect(events.first?.sessionReference == signedIn.session.reference)
    }

    @Test("signing out of a session that has expired still revokes what was given in it")
    func endExpired() async throws {
        let fixture = try await ResidentsFixture()
        let signedIn = try await open(fixture)
        let grant = try await fixture.grant(in: signedIn.session)
        try await fixture.sessions().end(signedIn.session.digest, at: noon + .hours(2), reason: .signedOut)
        #expect(try await fixture.stored(grant)?.revokedAt == noon + .hours(2))
        #expect(try await !fixture.auditKinds().contains(.residentSignedOut))
    }

    @Test("a session is ended once: a second end records nothing")
    func endTwice() async throws {
        let fixture = try await ResidentsFixture()
        let signedIn = try await open(fixture)
        for _ in 0..<3 { try await fixture.sessions().end(signedIn.session.digest, at: noon, reason: .endedByResident) }
        #expect(try await fixture.auditKinds().filter { $0 == .sessionEnded }.count == 1)
    }

    @Test("a session's name in records tells neither its cookie nor its digest")
    func reference() async throws {
        let signedIn = try await open(try await ResidentsFixture())
        let reference = signedIn.session.reference
        #expect(reference.count == 16)
        #expect(!signedIn.token.text.contains(reference))
        #expect(!Base64URL.encode(signedIn.session.digest.bytes).contains(reference))
    }

    private func open(_ fixture: ResidentsFixture) async throws -> SignedIn {
        try #require(try await fixture.signIn().attempt(fixture.attempt(), replacing: nil, at: noon).signedIn)
    }

    private func stored(_ signedIn: SignedIn, _ fixture: ResidentsFixture) async throws -> Session? {
        try await fixture.database.read { transaction in try transaction.sessions.find(signedIn.session.digest, at: noon) }
    }
}
