import Cryptography
import Database
import Domain
import EngineFixture
import Primitives
import Storage
import Testing

@Suite("Refresh tokens")
struct RefreshTokenStoreTests {
    private func open(_ engine: Engine, _ fixture: Fixture, _ tokens: [RefreshToken]) async throws -> Database {
        let database = try await engine.open()
        try await database.write { transaction in
            try fixture.insert(in: transaction)
            for token in tokens { try transaction.refreshTokens.insert(token) }
        }
        return database
    }

    @Test("a token is taken once, and then replayed with the time it was used", arguments: Engine.allCases)
    func replay(engine: Engine) async throws {
        let fixture = try Fixture()
        let token = fixture.refreshToken()
        let database = try await open(engine, fixture, [token])
        var used = token
        used.usedAt = noon + .seconds(1)
        let taken = used
        #expect(try await database.read { try $0.refreshTokens.find(token.digest) } == token)
        let take = { (now: Instant) in try await database.write { try $0.refreshTokens.take(token.digest, for: fixture.client.id, at: now) } }
        #expect(try await take(noon + .seconds(1)) == .fresh(taken))
        #expect(try await take(noon + .seconds(5)) == .replayed(taken))
        #expect(try await database.read { try $0.refreshTokens.find(token.digest) } == taken)
    }

    @Test("an expired token, an unknown one and another client's are told apart, and the last stays", arguments: Engine.allCases)
    func refusals(engine: Engine) async throws {
        let fixture = try Fixture()
        let token = fixture.refreshToken(expiresIn: .minutes(1))
        let thief = try Client.named("thief")
        let database = try await open(engine, fixture, [token])
        let outcomes = try await database.write { transaction in
            try transaction.clients.upsert(thief)
            let store = transaction.refreshTokens
            return [
                try store.take(token.digest, for: thief.id, at: noon), try store.take(TokenDigest(of: "?"), for: fixture.client.id, at: noon),
                try store.take(token.digest, for: fixture.client.id, at: token.expiresAt),
            ]
        }
        #expect(outcomes == [.unknown, .unknown, .expired])
        #expect(try await database.read { try $0.refreshTokens.find(token.digest) } == token)
    }

    @Test("of 100 simultaneous refreshes exactly one wins", arguments: Engine.allCases)
    func simultaneous(engine: Engine) async throws {
        let fixture = try Fixture()
        let token = fixture.refreshToken()
        let database = try await open(engine, fixture, [token])
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    try await database.write { transaction in
                        switch try transaction.refreshTokens.take(token.digest, for: fixture.client.id, at: noon) {
                        case .fresh:
                            try transaction.refreshTokens.insert(fixture.refreshToken("successor \(number)", generation: 1))
                            return true
                        default: return false
                        }
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
        let successors = try await database.read { transaction in
            try (0..<100).filter { try transaction.refreshTokens.find(TokenDigest(of: "successor \($0)")) != nil }
        }
        #expect(successors.count == 1)
    }
}
