import Cryptography
import Database
import Domain
import EngineFixture
import Primitives
import Storage
import Testing

@Suite("Failure counters")
struct FailureCounterStoreTests {
    @Test("failures count up within the window, and start again after it", arguments: Engine.allCases)
    func window(engine: Engine) async throws {
        let database = try await engine.open()
        let register = { (now: Instant) in
            try await database.write { try $0.failureCounters.register(bucket: 5, at: now, window: .minutes(15)) }
        }
        #expect(try await register(noon) == FailureCounter(bucket: 5, count: 1, lastFailureAt: noon))
        #expect(try await register(noon + .minutes(15)).count == 2)
        #expect(try await register(noon + .minutes(30)).count == 3)
        #expect(try await register(noon + .minutes(45) + .milliseconds(1)).count == 1)
    }

    @Test("counters are found by their buckets, and cleared", arguments: Engine.allCases)
    func find(engine: Engine) async throws {
        let database = try await engine.open()
        try await database.write { transaction in
            for bucket in [0, 7, FailureCounter.buckets - 1] {
                try transaction.failureCounters.register(bucket: bucket, at: noon, window: .minutes(1))
            }
        }
        let find = { (buckets: [Int]) in Set(try await database.read { try $0.failureCounters.find(buckets: buckets) }.map(\.bucket)) }
        #expect(try await find([0, 7, 8]) == [0, 7])
        #expect(try await find([]) == [])
        try await database.write { try $0.failureCounters.clear(bucket: 7) }
        #expect(try await find([7, FailureCounter.buckets - 1]) == [FailureCounter.buckets - 1])
    }

    @Test("there is no bucket outside the table's bounds", arguments: [-1, FailureCounter.buckets, .max, .min])
    func bounds(bucket: Int) async throws {
        for engine in Engine.allCases {
            let database = try await engine.open()
            let error = await #expect(throws: DatabaseError.self) {
                try await database.write { try $0.failureCounters.register(bucket: bucket, at: noon, window: .minutes(1)) }
            }
            guard case .checkViolation = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("simultaneous failures are all counted", arguments: Engine.allCases)
    func simultaneous(engine: Engine) async throws {
        let database = try await engine.open()
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<100 {
                group.addTask { try await database.write { try $0.failureCounters.register(bucket: 1, at: noon, window: .minutes(1)).count } }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(counts == Set(1...100))
    }
}

@Suite("Client assertions are used once (RFC 7523 §3)")
struct AssertionIDStoreTests {
    @Test("of 100 simultaneous claims of one jti exactly one wins", arguments: Engine.allCases)
    func simultaneous(engine: Engine) async throws {
        let database = try await engine.open()
        let client = try Client.named("city-permits")
        try await database.write { try $0.clients.upsert(client) }
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try await database.write {
                        try $0.assertionIDs.claimOnce(client: client.id, jti: "jti", usableFrom: noon, expiresAt: noon + .minutes(1), now: noon)
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
    }

    @Test("another client and another jti are other claims; an expired one is none", arguments: Engine.allCases)
    func apart(engine: Engine) async throws {
        let database = try await engine.open()
        let (one, two) = (try Client.named("one"), try Client.named("two"))
        let claims = try await database.write { transaction in
            try transaction.clients.upsert(one)
            try transaction.clients.upsert(two)
            let claim = { try transaction.assertionIDs.claimOnce(client: $0, jti: $1, usableFrom: noon, expiresAt: noon + .minutes(1), now: noon) }
            return [
                try claim(one.id, "a"), try claim(two.id, "a"), try claim(one.id, "b\0"), try claim(one.id, "b"), try claim(one.id, "a"),
                try transaction.assertionIDs.claimOnce(client: one.id, jti: "late", usableFrom: noon, expiresAt: noon, now: noon),
            ]
        }
        #expect(claims == [true, true, true, true, false, false])
    }
}

@Suite("Housekeeping")
struct HousekeepingTests {
    private func rows(_ database: Database) async throws -> [Int] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT (SELECT COUNT(*) FROM session), (SELECT COUNT(*) FROM authorization_code), (SELECT COUNT(*) FROM refresh_token),
                    (SELECT COUNT(*) FROM access_grant), (SELECT COUNT(*) FROM assertion_id)
                """
            ) { row throws(DatabaseError) in [try row.int(0), try row.int(1), try row.int(2), try row.int(3), try row.int(4)] }
        }.flatMap(\.self)
    }

    @Test("what has expired goes in bounded batches, and what has not stays", arguments: Engine.allCases)
    func prune(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        try await database.write { transaction in
            try fixture.insert(in: transaction)
            for number in 0..<10 {
                try transaction.authorizationCodes.insert(fixture.code("code \(number)"))
                try transaction.refreshTokens.insert(fixture.refreshToken("refresh \(number)"))
                try transaction.sessions.insert(Session.of(fixture.resident, "session \(number)"))
                _ = try transaction.assertionIDs.claimOnce(
                    client: fixture.client.id, jti: "\(number)", usableFrom: noon, expiresAt: noon + .minutes(5), now: noon)
            }
        }
        let prune = { (now: Instant, limit: Int) in try await database.write { try $0.housekeeping.prune(at: now, limit: limit) } }
        #expect(try await prune(noon + .minutes(4), 100) == 0)
        #expect(try await prune(noon + .minutes(5), 4) == 4)
        #expect(try await prune(noon + .minutes(5), 100) == 6)
        #expect(try await rows(database) == [11, 10, 10, 1, 0])
        // An hour past their minute, used or not.
        #expect(try await prune(noon + .minutes(61), 3) == 3)
        #expect(try await prune(noon + .minutes(61), 100) == 7)
        #expect(try await prune(noon + .hours(12), 5) == 5)
        #expect(try await prune(noon + .hours(12), 100) == 6)
        #expect(try await rows(database) == [0, 0, 10, 1, 0])
        // The grant outlived the session it was given in.
        #expect(try await database.read { try $0.grants.find(fixture.grant.id) }?.sessionDigest == nil)
        #expect(try await prune(noon + .days(30), 10) == 10)
        #expect(try await prune(noon + .days(30), 10) == 1)
        #expect(try await prune(noon + .days(30), 10) == 0)
        #expect(try await rows(database) == [0, 0, 0, 0, 0])
        #expect(try await prune(noon + .days(30), -1) == 0)
    }

    @Test("an ended session goes at once, a used refresh token after a week", arguments: Engine.allCases)
    func ended(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.refreshTokens.insert(fixture.refreshToken("used"))
            try transaction.refreshTokens.insert(fixture.refreshToken("unused"))
            _ = try transaction.refreshTokens.take(TokenDigest(of: "used"), for: fixture.client.id, at: noon)
            try transaction.sessions.end(fixture.session.digest, at: noon)
        }
        let prune = { (now: Instant) in try await database.write { try $0.housekeeping.prune(at: now, limit: 100) } }
        #expect(try await prune(noon) == 1)
        #expect(try await prune(noon + .days(7) - .milliseconds(1)) == 0)
        #expect(try await prune(noon + .days(7)) == 1)
        #expect(try await database.read { try $0.refreshTokens.find(TokenDigest(of: "unused")) } != nil)
    }

    @Test("removing a resident removes what is theirs and keeps the record", arguments: Engine.allCases)
    func residentRemoved(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let event = AuditEvent(at: noon, kind: .residentAdded, actor: "operator:root", residentID: fixture.resident.id)
        try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.refreshTokens.insert(fixture.refreshToken())
            try transaction.audit.append(event)
            try transaction.execute("DELETE FROM resident WHERE id = \(fixture.resident.id.rawValue)")
        }
        #expect(try await rows(database) == [0, 0, 0, 0, 0])
        #expect(try await database.read { try $0.audit.list(limit: 10, of: fixture.resident.id) } == [event])
    }
}
