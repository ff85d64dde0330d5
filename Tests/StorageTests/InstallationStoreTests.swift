import Cryptography
import Database
import Domain
import EngineFixture
import OAuthProtocol
import Primitives
import Storage
import Testing

@Suite("Clients, keys, secrets, epochs and the record")
struct InstallationStoreTests {
    @Test("a client is added, replaced and removed with all that hangs on it", arguments: Engine.allCases)
    func clients(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        let client = fixture.client
        var changed = client
        changed.secretDigest = nil
        changed.updatedAt = noon + .days(1)
        let replacement = changed
        let code = fixture.code()
        let consent = Consent(
            residentID: fixture.resident.id, clientID: client.id, scope: fixture.grant.scope, grantedAt: noon, updatedAt: noon, lastUsedAt: noon)
        let (before, after) = try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.authorizationCodes.insert(code)
            try transaction.refreshTokens.insert(fixture.refreshToken())
            try transaction.consents.record(consent)
            let before = try transaction.clients.all()
            try transaction.clients.upsert(replacement)
            return (before, try transaction.clients.find(client.id))
        }
        #expect(before == [client])
        #expect(after == replacement)
        let removed = try await database.write { [try $0.clients.remove(client.id), try $0.clients.remove(client.id)] }
        #expect(removed == [true, false])
        let (remains, resident) = try await database.write { transaction in
            let remains = [
                try transaction.clients.find(client.id) != nil, try transaction.grants.find(fixture.grant.id) != nil,
                try transaction.consents.find(fixture.resident.id, client: client.id) != nil,
                try transaction.refreshTokens.find(fixture.refreshToken().digest) != nil,
                try transaction.authorizationCodes.take(code.digest, for: client.id, at: noon) != .unknown,
            ]
            return (remains, try transaction.residents.find(fixture.resident.id))
        }
        #expect(!remains.contains(true))
        #expect(resident == fixture.resident)
    }

    private func key(_ kid: String, _ algorithm: SignatureAlgorithm, _ state: KeyState) -> SigningKeyRecord {
        SigningKeyRecord(
            kid: kid, algorithm: algorithm, state: state, publicJWK: ["kty": "EC", "kid": .string(kid)], sealedPrivateKey: [1, 2, 3], createdAt: noon,
            publishedAt: noon, activatedAt: state == .active ? noon : nil)
    }

    @Test("a key moves on only from the states named, and notes when", arguments: Engine.allCases)
    func keyStates(engine: Engine) async throws {
        let database = try await engine.open()
        let key = key("a", .es256, .staged)
        let (results, stored, removed) = try await database.write { transaction in
            let keys = transaction.signingKeys
            try keys.insert(key)
            let results = [
                try keys.setState("a", to: .retired, at: noon, from: [.active]),
                try keys.setState("a", to: .active, at: noon + .days(1), from: [.staged]),
                try keys.setState("a", to: .active, at: noon + .days(2), from: [.staged]),
                try keys.setState("a", to: .retired, at: noon + .days(3), from: [.active, .staged]),
                try keys.setState("a", to: .revoked, at: noon + .days(4), from: [.retired]),
                try keys.setState("?", to: .active, at: noon, from: [.staged]),
                try keys.setState("a", to: .active, at: noon, from: []),
            ]
            return (results, try keys.all(), [try keys.remove("a"), try keys.remove("a")])
        }
        #expect(results == [false, true, false, true, true, false, false])
        #expect(stored.count == 1 && removed == [true, false])
        #expect(stored.first?.state == .revoked && stored.first?.activatedAt == noon + .days(1))
        #expect(stored.first?.retiredAt == noon + .days(3) && stored.first?.revokedAt == noon + .days(4))
        #expect(stored.first?.publicJWK == key.publicJWK && stored.first?.sealedPrivateKey == [1, 2, 3])
    }

    @Test("an algorithm has one active key", arguments: Engine.allCases)
    func oneActiveKey(engine: Engine) async throws {
        let database = try await engine.open()
        let (first, second, other) = (key("a", .es256, .active), key("b", .es256, .staged), key("c", .rs256, .active))
        try await database.write { transaction in for key in [first, second, other] { try transaction.signingKeys.insert(key) } }
        await #expect(throws: DatabaseError.self) {
            try await database.write { try $0.signingKeys.setState("b", to: .active, at: noon, from: [.staged]) }
        }
        try await database.write { transaction in
            try transaction.signingKeys.setState("a", to: .retired, at: noon, from: [.active])
            try transaction.signingKeys.setState("b", to: .active, at: noon, from: [.staged])
        }
        let states = try await database.read { try $0.signingKeys.all().map(\.state) }
        #expect(states == [.retired, .active, .active])
    }

    @Test("of many processes that make a secret all get the first one's", arguments: Engine.allCases)
    func secrets(engine: Engine) async throws {
        let database = try await engine.open()
        let stored = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for number in UInt8(1)...50 { group.addTask { try await database.write { try $0.sealedSecrets.insertIfAbsent("pepper", [number]) } } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(stored.count == 1)
        #expect(try await database.read { try $0.sealedSecrets.find("pepper") } == stored.first)
        #expect(try await database.read { try $0.sealedSecrets.find("other") } == nil)
    }

    @Test("an epoch grows with its change, and not where the change is undone", arguments: Engine.allCases)
    func epochs(engine: Engine) async throws {
        let database = try await engine.open()
        #expect(try await database.read { try $0.epochs.current() } == [.keys: 0, .clients: 0])
        try await database.write { transaction in
            try transaction.epochs.advance(.keys)
            try transaction.epochs.advance(.keys)
            try transaction.epochs.advance(.clients)
        }
        await #expect(throws: DatabaseError.foreignKeyViolation) {
            try await database.write { transaction in
                try transaction.epochs.advance(.clients)
                try transaction.sessions.insert(Session.of(try Resident.named("nobody")))
            }
        }
        #expect(try await database.read { try $0.epochs.current() } == [.keys: 2, .clients: 1])
    }

    @Test("every kind of event is kept and listed, newest first, also for one resident", arguments: Engine.allCases)
    func audit(engine: Engine) async throws {
        let database = try await engine.open()
        let resident = ResidentID.random()
        let client = try Client.named("city-permits").id
        let events = AuditKind.allCases.enumerated().map { number, kind in
            AuditEvent(
                at: noon + .seconds(Int64(number)), kind: kind, actor: "operator:root", residentID: number % 2 == 0 ? resident : nil,
                clientID: client,
                sessionReference: "s", reference: "ADM-01", detail: ["number": .integer(Int64(number))])
        }
        try await database.write { transaction in for event in events { try transaction.audit.append(event) } }
        #expect(try await database.read { try $0.audit.list(limit: 1000) } == events.reversed())
        #expect(try await database.read { try $0.audit.list(limit: 3) } == Array(events.reversed().prefix(3)))
        #expect(try await database.read { try $0.audit.list(limit: 1000, of: resident) } == events.reversed().filter { $0.residentID == resident })
        #expect(try await database.read { try $0.audit.list(limit: 10, of: .random()) }.isEmpty)
    }
}
