import Database
import Domain
import EngineFixture
import Primitives
import Storage
import Testing

@Suite("Claims")
struct ClaimStoreTests {
    private func take(_ database: Database, _ holder: String, at now: Instant = noon) async throws -> Bool {
        try await database.write { try $0.claims.take(.housekeeping, by: holder, until: now + .minutes(3), at: now) }
    }

    @Test("a claim is held until its end, and prolonged by its holder only", arguments: Engine.allCases)
    func held(engine: Engine) async throws {
        let database = try await engine.open()
        #expect(try await take(database, "a"))
        #expect(try await !take(database, "b", at: noon + .minutes(2)))
        #expect(try await take(database, "a", at: noon + .minutes(2)))
        #expect(try await !take(database, "b", at: noon + .minutes(4)))
        #expect(try await take(database, "b", at: noon + .minutes(5)))
        #expect(try await !take(database, "a", at: noon + .minutes(5)))
    }

    @Test("a claim given back is free at once, and nobody gives back another's", arguments: Engine.allCases)
    func released(engine: Engine) async throws {
        let database = try await engine.open()
        #expect(try await take(database, "a"))
        #expect(try await !database.write { try $0.claims.release(.housekeeping, by: "b") })
        #expect(try await !take(database, "b"))
        #expect(try await database.write { try $0.claims.release(.housekeeping, by: "a") })
        #expect(try await take(database, "b"))
    }

    @Test("of 50 nodes that take a claim at once exactly one has it", arguments: Engine.allCases)
    func simultaneous(engine: Engine) async throws {
        let database = try await engine.open()
        let taken = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<50 { group.addTask { try await take(database, "node \(number)") } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(taken == 1)
    }
}
