import Domain
import OAuthProtocol
import Primitives
import Residents
import Storage
import Testing

@testable import Provider

@Suite struct IssuingTests {
    @Test("a session that ended after it was looked up is given no code")
    func endedMeanwhile() async throws {
        let office = try await Office()
        let session = try await office.signedIn()
        _ = try await office.allow(try office.request(), session, [])
        try await Sessions(database: office.database, policy: SessionPolicy()).end(session.session.digest, at: office.now, reason: .signedOut)
        #expect(try await office.provider.authorization.advance(try office.request(), session: session, at: office.now).asksToSignIn)
        let silent = try office.request(["prompt": "none"])
        #expect(await refusal { try await office.provider.authorization.advance(silent, session: session, at: office.now) } == .loginRequired)
        #expect(try await office.events(.authorizationGranted).count == 1)
    }

    @Test("whoever signs in after the question was put to another is asked anew")
    func askedAnother() async throws {
        let office = try await Office()
        let pending = try office.request().asking(try await office.signedIn("amara"))
        let ticket = office.provider.authorization.ticket(for: pending, browser: office.browser)
        guard case .open(let returned) = try office.provider.authorization.open(ticket, browser: office.browser, at: office.now) else {
            Issue.record("the ticket does not open")
            return
        }
        let other = try await office.signedIn("bela")
        let step = try await office.provider.authorization.allow(returned, session: other, decision: ConsentDecision(allowed: []), at: office.now)
        #expect(step.question != nil && step.code == nil)
    }

    @Test("a code that is replayed again and again leaves one record")
    func replayRecordedOnce() async throws {
        let office = try await Office()
        let session = try await office.signedIn()
        let code = try #require(try await office.allow(try office.request(), session, []).code)
        _ = try await office.redeem(code)
        for _ in 0..<3 { #expect(await refusal { try await office.redeem(code) } == .invalidGrant) }
        let events = try await office.events(.grantRevoked)
        #expect(events.count == 1 && events.first?.residentID == session.resident.id)
    }

    @Test("a missing signing key costs no code")
    func missingKey() async throws {
        let office = try await Office(agency: ["id_token_signed_response_alg": "EdDSA"])
        let code = try #require(try await office.allow(try office.request(), try await office.signedIn(), []).code)
        #expect(await refusal { try await office.redeem(code) } == .serverError)
        try await office.register()
        #expect(try await office.redeem(code).idToken != nil)
    }

    @Test("a clock that was set back does not stretch the grace of a spent refresh token")
    func graceAndClock() async throws {
        let office = try await Office()
        let code = try #require(try await office.allow(try office.request(), try await office.signedIn(), []).code)
        let first = try #require(try await office.redeem(code).refreshToken)
        _ = try await office.refresh(first, at: office.now + .hours(1))
        #expect(await refusal { try await office.refresh(first, at: office.now) } == .invalidGrant)
    }
}
