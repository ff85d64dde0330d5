import Cryptography
import Database
import Domain
import EngineFixture
import Primitives
import Storage
import Testing

@Suite("What is taken back or moved")
struct TakingBackTests {
    @Test("a failure that was none is taken back, down to no counter at all", arguments: Engine.allCases)
    func withdrawal(_ engine: Engine) async throws {
        let database = try await engine.open()
        let counts = try await database.write { transaction -> [Int] in
            for _ in 0..<3 { try transaction.failureCounters.register(bucket: 7, at: noon, window: .hours(1)) }
            return try (0..<5).map { _ in
                try transaction.failureCounters.withdraw(bucket: 7)
                return try transaction.failureCounters.find(buckets: [7]).first?.count ?? 0
            }
        }
        #expect(counts == [2, 1, 0, 0, 0])
    }

    @Test("the grants of a session move to the next one, and no others", arguments: Engine.allCases)
    func move(_ engine: Engine) async throws {
        let database = try await engine.open()
        let (fixture, other) = (try Fixture(), try Fixture(username: "bela", client: "family-benefits"))
        let next = Session.of(fixture.resident, "next")
        let moved = try await database.write { transaction in
            try fixture.insert(in: transaction)
            try other.insert(in: transaction)
            try transaction.sessions.insert(next)
            return try transaction.grants.move(from: fixture.session.digest, to: next.digest)
        }
        #expect(moved == 1)
        #expect(try await database.read { try $0.grants.find(fixture.grant.id) }?.sessionDigest == next.digest)
        #expect(try await database.read { try $0.grants.find(other.grant.id) }?.sessionDigest == other.session.digest)
    }
}
