import Cryptography
import Database
import Domain
import EngineFixture
import Primitives
import Storage
import Testing

@Suite("Sessions")
struct SessionStoreTests {
    private func open(_ engine: Engine, _ fixture: Fixture) async throws -> Database {
        let database = try await engine.open()
        try await database.write { try fixture.insert(in: $0) }
        return database
    }

    @Test("a session is found until its idle or absolute limit", arguments: Engine.allCases)
    func limits(engine: Engine) async throws {
        let fixture = try Fixture()
        let session = fixture.session
        let database = try await open(engine, fixture)
        let find = { (now: Instant) in try await database.read { try $0.sessions.find(session.digest, at: now) } }
        #expect(try await find(noon) == session)
        #expect(try await find(session.idleExpiresAt - .milliseconds(1)) == session)
        #expect(try await find(session.idleExpiresAt) == nil)
        try await database.write { try $0.sessions.touch(session.digest, lastSeenAt: noon + .hours(1), idleExpiresAt: noon + .days(9)) }
        #expect(try await find(session.expiresAt - .milliseconds(1))?.lastSeenAt == noon + .hours(1))
        #expect(try await find(session.expiresAt) == nil)
        #expect(try await database.read { try $0.sessions.find(TokenDigest(of: "?"), at: noon) } == nil)
    }

    @Test("a session ends once, and neither a touch nor anything else brings it back", arguments: Engine.allCases)
    func end(engine: Engine) async throws {
        let fixture = try Fixture()
        let digest = fixture.session.digest
        let database = try await open(engine, fixture)
        let results = try await database.write { transaction in
            [
                try transaction.sessions.end(digest, at: noon), try transaction.sessions.end(digest, at: noon),
                try transaction.sessions.touch(digest, lastSeenAt: noon, idleExpiresAt: noon + .days(1)),
                try transaction.sessions.end(TokenDigest(of: "?"), at: noon),
            ]
        }
        #expect(results == [true, false, false, false])
        #expect(try await database.read { try $0.sessions.find(digest, at: noon) } == nil)
    }

    @Test("ending all of a resident's sessions leaves those of others", arguments: Engine.allCases)
    func endAll(engine: Engine) async throws {
        let (mine, other) = (try Fixture(), try Fixture(username: "bo", client: "family-benefits"))
        let database = try await open(engine, mine)
        let second = Session.of(mine.resident, "second")
        let ended = try await database.write { transaction in
            try other.insert(in: transaction)
            try transaction.sessions.insert(second)
            return try transaction.sessions.endAll(of: mine.resident.id, at: noon)
        }
        #expect(ended == 2)
        #expect(try await database.read { try $0.sessions.list(of: mine.resident.id) }.isEmpty)
        #expect(try await database.read { try $0.sessions.list(of: other.resident.id) } == [other.session])
    }

    @Test("the latest used session is listed first", arguments: Engine.allCases)
    func list(engine: Engine) async throws {
        let fixture = try Fixture()
        let database = try await open(engine, fixture)
        let second = Session.of(fixture.resident, "second")
        let listed = try await database.write { transaction in
            try transaction.sessions.insert(second)
            try transaction.sessions.touch(second.digest, lastSeenAt: noon + .minutes(1), idleExpiresAt: noon + .minutes(31))
            return try transaction.sessions.list(of: fixture.resident.id)
        }
        #expect(listed.map(\.digest) == [second.digest, fixture.session.digest])
    }

    @Test("two sessions never share a cookie", arguments: Engine.allCases)
    func unique(engine: Engine) async throws {
        let fixture = try Fixture()
        let database = try await open(engine, fixture)
        await #expect(throws: DatabaseError.self) { try await database.write { try $0.sessions.insert(fixture.session) } }
    }
}
