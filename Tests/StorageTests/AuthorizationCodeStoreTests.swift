import Cryptography
import Database
import Domain
import EngineFixture
import OAuthProtocol
import Primitives
import Storage
import Testing

@Suite("Authorization codes")
struct AuthorizationCodeStoreTests {
    @Test("a code is taken once, and then known as replayed with its grant", arguments: Engine.allCases)
    func replay(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let code = fixture.code()
        let (first, second) = try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.authorizationCodes.insert(code)
            let take = { try transaction.authorizationCodes.take(code.digest, for: fixture.client.id, at: noon) }
            return (try take(), try take())
        }
        #expect(first == .fresh(code))
        #expect(second == .replayed(fixture.grant.id))
    }

    @Test("a code keeps its PKCE challenge", arguments: Engine.allCases)
    func challenge(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let challenge = try CodeChallenge(challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", method: "S256")
        let code = AuthorizationCode(
            digest: TokenDigest(of: "c"), grantID: fixture.grant.id, clientID: fixture.client.id, redirectURI: "https://permits.example/cb",
            redirectURIWasSent: false, codeChallenge: challenge, createdAt: noon, expiresAt: noon + .minutes(1))
        let outcome = try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.authorizationCodes.insert(code)
            return try transaction.authorizationCodes.take(code.digest, for: fixture.client.id, at: noon)
        }
        #expect(outcome == .fresh(code))
    }

    @Test("an expired code is expired, and stays so", arguments: Engine.allCases)
    func expiry(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let code = fixture.code(expiresIn: .minutes(1))
        try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.authorizationCodes.insert(code)
        }
        for now in [code.expiresAt, code.expiresAt + .seconds(1)] {
            let outcome = try await database.write { try $0.authorizationCodes.take(code.digest, for: fixture.client.id, at: now) }
            #expect(outcome == .expired)
        }
    }

    @Test("another client's code is unknown, and stays for its own client to take", arguments: Engine.allCases)
    func otherClient(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let code = fixture.code()
        let thief = try Client.named("thief")
        let (stolen, redeemed) = try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.clients.upsert(thief)
            try transaction.authorizationCodes.insert(code)
            return (
                try transaction.authorizationCodes.take(code.digest, for: thief.id, at: noon),
                try transaction.authorizationCodes.take(code.digest, for: fixture.client.id, at: noon)
            )
        }
        #expect(stolen == .unknown)
        #expect(redeemed == .fresh(code))
    }

    @Test("a code that was never issued is unknown", arguments: Engine.allCases)
    func unknown(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let outcome = try await database.write { try $0.authorizationCodes.take(TokenDigest(of: "?"), for: fixture.client.id, at: noon) }
        #expect(outcome == .unknown)
    }

    @Test("of 100 simultaneous redemptions exactly one wins", arguments: Engine.allCases)
    func simultaneous(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let code = fixture.code()
        try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.authorizationCodes.insert(code)
        }
        let outcomes = try await withThrowingTaskGroup(of: TakeOutcome.self) { group in
            for _ in 0..<100 {
                group.addTask { try await database.write { try $0.authorizationCodes.take(code.digest, for: fixture.client.id, at: noon) } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 100)
        #expect(outcomes.filter { $0 == .fresh(code) }.count == 1)
        #expect(outcomes.filter { $0 == .replayed(fixture.grant.id) }.count == 99)
    }

    @Test("a code needs its grant", arguments: Engine.allCases)
    func orphan(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        await #expect(throws: DatabaseError.foreignKeyViolation) {
            try await database.write { try $0.authorizationCodes.insert(fixture.code()) }
        }
    }
}
