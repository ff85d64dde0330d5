import Cryptography
import Database
import Domain
import EngineFixture
import OAuthProtocol
import Primitives
import Storage
import Testing

@Suite("Grants and consents")
struct GrantStoreTests {
    @Test("a grant comes back as inserted", arguments: Engine.allCases)
    func roundTrip(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture(offline: true)
        try await database.write { try fixture.insert(in: $0) }
        #expect(try await database.read { try $0.grants.find(fixture.grant.id) } == fixture.grant)
        #expect(try await database.read { try $0.grants.find(.random()) } == nil)
    }

    @Test("a grant is revoked once, and keeps when", arguments: Engine.allCases)
    func revoke(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let results = try await database.write { transaction in
            try fixture.insert(in: transaction)
            return [
                try transaction.grants.revoke(fixture.grant.id, at: noon + .seconds(1)),
                try transaction.grants.revoke(fixture.grant.id, at: noon + .seconds(2)), try transaction.grants.revoke(.random(), at: noon),
            ]
        }
        #expect(results == [true, false, false])
        #expect(try await database.read { try $0.grants.find(fixture.grant.id) }?.revokedAt == noon + .seconds(1))
    }

    @Test("ending a session revokes what does not outlive it, and the rest on demand", arguments: Engine.allCases)
    func revokeSession(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let offline = try Grant.from(fixture.session, to: fixture.client, offline: true)
        let digest = fixture.session.digest
        let counts = try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.grants.insert(offline)
            return [
                try transaction.grants.revokeAll(session: TokenDigest(of: "?"), includingOffline: true, at: noon),
                try transaction.grants.revokeAll(session: digest, includingOffline: false, at: noon),
                try transaction.grants.revokeAll(session: digest, includingOffline: false, at: noon),
                try transaction.grants.revokeAll(session: digest, includingOffline: true, at: noon),
            ]
        }
        #expect(counts == [0, 1, 0, 1])
    }

    @Test("revoking by resident, and by resident and client, takes exactly theirs", arguments: Engine.allCases)
    func revokeAll(engine: Engine) async throws {
        let database = try await engine.open()
        let (one, two) = (try Fixture(username: "one", client: "x"), try Fixture(username: "two", client: "y"))
        let crossed = try Grant.from(one.session, to: two.client)
        let counts = try await database.write { transaction in
            try one.insert(in: transaction)
            try two.insert(in: transaction)
            try transaction.grants.insert(crossed)
            return [
                try transaction.grants.revokeAll(of: two.resident.id, client: one.client.id, at: noon),
                try transaction.grants.revokeAll(of: one.resident.id, client: two.client.id, at: noon),
                try transaction.grants.revokeAll(of: one.resident.id, at: noon),
            ]
        }
        #expect(counts == [0, 1, 1])
    }

    @Test("a consent is recorded, replaced and used", arguments: Engine.allCases)
    func consents(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let (resident, client) = (fixture.resident.id, fixture.client.id)
        let first = Consent(
            residentID: resident, clientID: client, scope: try ScopeSet(parsing: "openid"), claimNames: ["https://claims.example/x y"],
            grantedAt: noon, updatedAt: noon, lastUsedAt: noon)
        let wider = Consent(
            residentID: resident, clientID: client, scope: try ScopeSet(parsing: "openid email"), declined: try ScopeSet(parsing: "phone"),
            grantedAt: noon + .days(1), updatedAt: noon + .days(1), lastUsedAt: noon + .days(1))
        try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.consents.record(first)
        }
        #expect(try await database.read { try $0.consents.find(resident, client: client) } == first)
        let (used, replaced, listed) = try await database.write { transaction in
            try transaction.consents.record(wider)
            let used = try transaction.consents.markUsed(resident, client: client, at: noon + .days(2))
            let replaced = try transaction.consents.find(resident, client: client)
            let listed = try transaction.consents.list(of: resident)
            return (used, replaced, listed)
        }
        #expect(used && listed.count == 1)
        #expect(replaced?.scope == wider.scope && replaced?.declined == wider.declined && replaced?.claimNames == [])
        #expect(replaced?.grantedAt == noon && replaced?.updatedAt == noon + .days(1) && replaced?.lastUsedAt == noon + .days(2))
        #expect(try await database.write { try $0.consents.markUsed(.random(), client: client, at: noon) } == false)
    }
}
