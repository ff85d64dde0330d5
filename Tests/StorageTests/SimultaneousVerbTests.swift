import Cryptography
import Database
import Domain
import EngineFixture
import Primitives
import Storage
import Testing

@Suite("Verbs that many call at once")
struct SimultaneousVerbTests {
    /// What `verb` answered to each of a crowd of callers.
    private func crowd<Answer: Sendable>(
        _ database: Database, _ verb: @escaping @Sendable (Int, WriteTransaction) throws -> Answer
    ) async throws -> [Answer] {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            for number in 0..<60 { group.addTask { try await database.write { try verb(number, $0) } } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func furnished(_ engine: Engine, _ fixture: Fixture) async throws -> Database {
        let database = try await engine.open()
        try await database.write { try fixture.insert(in: $0) }
        return database
    }

    @Test("a session is ended once, a grant revoked once, a resident disabled once", arguments: Engine.allCases)
    func once(engine: Engine) async throws {
        let fixture = try Fixture()
        let database = try await furnished(engine, fixture)
        #expect(try await crowd(database) { try $1.sessions.end(fixture.session.digest, at: noon) }.count { $0 } == 1)
        #expect(try await crowd(database) { try $1.grants.revoke(fixture.grant.id, at: noon) }.count { $0 } == 1)
        #expect(try await crowd(database) { try $1.residents.setState(.disabled, of: fixture.resident.id, at: noon) }.count { $0 } == 1)
    }

    @Test("a password that is replaced where it is still the old one is replaced once", arguments: Engine.allCases)
    func password(engine: Engine) async throws {
        let fixture = try Fixture()
        let database = try await furnished(engine, fixture)
        try await database.write { try $0.residents.setPassword(phc: "old", of: fixture.resident.id, at: noon) }
        let replaced = try await crowd(database) { number, transaction in
            try transaction.residents.setPassword(phc: "new \(number)", of: fixture.resident.id, at: noon, ifStill: "old")
        }
        #expect(replaced.count { $0 } == 1)
    }

    @Test("of secrets kept under one name all callers get the first", arguments: Engine.allCases)
    func secret(engine: Engine) async throws {
        let database = try await engine.open()
        let kept = try await crowd(database) { try $1.sealedSecrets.insertIfAbsent("pepper", [UInt8(truncatingIfNeeded: $0)]) }
        #expect(Set(kept).count == 1)
    }

    @Test("a user name is given once, whoever asks", arguments: Engine.allCases)
    func username(engine: Engine) async throws {
        let database = try await engine.open()
        let residents = try (0..<60).map { _ in try Resident.named("amina") }
        let added = try await withThrowingTaskGroup(of: Bool.self) { group in
            for resident in residents {
                group.addTask {
                    do {
                        try await database.write { try $0.residents.insert(resident) }
                        return true
                    } catch DatabaseError.uniqueViolation(let key) {
                        #expect(key == "username")
                        return false
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(added == 1)
        #expect(try await database.read { try $0.residents.count() } == 1)
    }

    @Test("an epoch grows by one for each change", arguments: Engine.allCases)
    func epoch(engine: Engine) async throws {
        let database = try await engine.open()
        _ = try await crowd(database) { try $1.epochs.advance(.keys) }
        #expect(try await database.read { try $0.epochs.current()[.keys] } == 60)
    }

    @Test("what has expired is removed while codes are issued and redeemed, and none of these is lost", arguments: Engine.allCases)
    func pruningUnderLoad(engine: Engine) async throws {
        let fixture = try Fixture()
        let database = try await furnished(engine, fixture)
        let later = noon + .hours(2)
        try await database.write { transaction in
            for number in 0..<300 { try transaction.authorizationCodes.insert(fixture.code("old \(number)")) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var removed = 0
                while removed < 300 { removed += try await database.write { try $0.housekeeping.prune(at: later, limit: 20) } }
                #expect(removed == 300)
            }
            for number in 0..<100 {
                group.addTask {
                    let code = fixture.code("new \(number)", expiresIn: .hours(3))
                    try await database.write { try $0.authorizationCodes.insert(code) }
                    let outcome = try await database.write { try $0.authorizationCodes.take(code.digest, for: fixture.client.id, at: later) }
                    #expect(outcome == .fresh(code))
                }
            }
            try await group.waitForAll()
        }
        let left = try await database.read {
            try $0.first("SELECT COUNT(*), COUNT(used_at) FROM authorization_code") { row throws(DatabaseError) in [try row.int(0), try row.int(1)] }
        }
        #expect(left == [100, 100])
    }
}
