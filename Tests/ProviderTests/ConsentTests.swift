import Domain
import OAuthProtocol
import Primitives
import Residents
import Storage
import Testing

@testable import Provider

@Suite struct ConsentTests {
    private static let birthdateAlone = ["claims": #"{"userinfo":{"birthdate":null}}"#]

    @Test("a claim that was allowed alone does not stand for its scope")
    func aloneIsNotWhole() async throws {
        let office = try await Office()
        let session = try await office.signedIn()
        #expect(try await office.allow(try office.request(Self.birthdateAlone), session, ["profile"]).code != nil)
        let step = try await office.provider.authorization.advance(
            try office.request(["scope": "openid profile"]), session: session, at: office.now)
        #expect(step.question?.parts.first { $0.scope == "profile" }?.wasAllowed == false)
    }

    @Test("a claim that was allowed alone is not asked for again, and another claim of its scope is")
    func aloneIsRemembered() async throws {
        let office = try await Office()
        let session = try await office.signedIn()
        _ = try await office.allow(try office.request(Self.birthdateAlone), session, ["profile"])
        let again = try await office.provider.authorization.advance(try office.request(Self.birthdateAlone), session: session, at: office.now)
        #expect(again.code != nil)
        let other = try await office.provider.authorization.advance(
            try office.request(["claims": #"{"userinfo":{"gender":null}}"#]), session: session, at: office.now)
        #expect(other.question != nil)
    }

    @Test("refusing a scope takes back the claims of it that were allowed alone")
    func refusalTakesBack() async throws {
        let office = try await Office()
        let session = try await office.signedIn()
        _ = try await office.allow(try office.request(Self.birthdateAlone), session, ["profile"])
        _ = try await office.allow(try office.request(["scope": "openid profile"]), session, [])
        let consent = try await office.database.read { try $0.consents.list(of: session.resident.id).first }
        #expect(consent?.claimNames == [] && consent?.declined.values == ["profile"])
    }

    @Test("an answer that narrows an earlier one ends what was given on the strength of that")
    func narrowing() async throws {
        let office = try await Office()
        let session = try await office.signedIn()
        let wide = try await office.allow(try office.request(["scope": "openid email"]), session, ["email"])
        let tokens = try await office.redeem(try #require(wide.code))
        _ = try await office.allow(try office.request(["scope": "openid email", "prompt": "consent"]), session, [])
        let refresh = try #require(tokens.refreshToken)
        #expect(await refusal { try await office.refresh(refresh, at: office.now) } == .invalidGrant)
    }

    @Test("an answer about other scopes leaves earlier grants alive")
    func widening() async throws {
        let office = try await Office()
        let session = try await office.signedIn()
        let first = try await office.allow(try office.request(["scope": "openid email"]), session, ["email"])
        let tokens = try await office.redeem(try #require(first.code))
        _ = try await office.allow(try office.request(["scope": "openid profile"]), session, ["profile"])
        #expect(try await office.refresh(try #require(tokens.refreshToken), at: office.now).idToken != nil)
    }

    @Test("the last use of an agency is kept to the hour")
    func lastUse() async throws {
        let office = try await Office()
        let session = try await office.signedIn()
        _ = try await office.allow(try office.request(), session, [])
        func lastUse(after pause: Duration) async throws -> Instant? {
            let step = try await office.provider.authorization.advance(try office.request(), session: session, at: office.now + pause)
            #expect(step.code != nil)
            return try await office.database.read { try $0.consents.list(of: session.resident.id).first?.lastUsedAt }
        }
        // 17:46:40 in UTC.
        #expect(try await lastUse(after: .minutes(10)) == office.now)
        #expect(try await lastUse(after: .minutes(20)) == office.now + .minutes(20))
    }

    @Test("an answer that leaves no scope is a refusal, now and when it is remembered")
    func nothingLeft() async throws {
        let office = try await Office()
        let session = try await office.signedIn()
        #expect(await refusal { try await office.allow(try office.request(["scope": "permits:read"]), session, []) } == .accessDenied)
        let step = try await office.provider.authorization.advance(try office.request(["scope": "permits:read"]), session: session, at: office.now)
        #expect(step.question != nil)
    }

    @Test("offline_access is ignored for an agency without refresh tokens")
    func offlineWithoutRefresh() async throws {
        let office = try await Office(agency: ["grant_types": ["authorization_code"]])
        let session = try await office.signedIn()
        let step = try await office.provider.authorization.advance(
            try office.request(["scope": "openid offline_access"]), session: session, at: office.now)
        #expect(step.question?.parts.map(\.scope) == ["openid"])
    }
}
