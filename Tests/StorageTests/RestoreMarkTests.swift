import Cryptography
import Database
import Domain
import EngineFixture
import Primitives
import Storage
import Testing

@Suite("A database that was restored from a backup")
struct RestoreMarkTests {
    private func open(_ engine: Engine, _ fixture: Fixture) async throws -> Database {
        let database = try await engine.open()
        try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.authorizationCodes.insert(fixture.code())
            try transaction.refreshTokens.insert(fixture.refreshToken())
        }
        return database
    }

    private func mark(_ database: Database, at moment: Instant) async throws {
        try await database.write { try $0.epochs.markRestored(at: moment) }
    }

    @Test("a grant given at the restore or before counts as revoked by it, one given later does not", arguments: Engine.allCases)
    func grants(engine: Engine) async throws {
        let fixture = try Fixture()
        let database = try await open(engine, fixture)
        let revokedAt = { try await database.read { try $0.grants.find(fixture.grant.id) }?.revokedAt }
        try await mark(database, at: noon - .milliseconds(1))
        #expect(try await revokedAt() == nil)
        try await mark(database, at: noon)
        #expect(try await revokedAt() == noon)
        try await mark(database, at: noon + .hours(1))
        #expect(try await revokedAt() == noon + .hours(1))
        try await database.write { try $0.grants.revoke(fixture.grant.id, at: noon + .hours(2)) }
        #expect(try await revokedAt() == noon + .hours(2), "what was revoked keeps its own time")
    }

    @Test("the codes and tokens of such a grant are taken as ever, and lead to a grant that is revoked", arguments: Engine.allCases)
    func codes(engine: Engine) async throws {
        let fixture = try Fixture()
        let database = try await open(engine, fixture)
        try await mark(database, at: noon + .seconds(1))
        let (code, token) = try await database.write { transaction in
            (
                try transaction.authorizationCodes.take(TokenDigest(of: "code"), for: fixture.client.id, at: noon + .seconds(2)),
                try transaction.refreshTokens.take(TokenDigest(of: "refresh"), for: fixture.client.id, at: noon + .seconds(2))
            )
        }
        guard case .fresh(let code) = code, case .fresh(let token) = token else {
            Issue.record("\(code) \(token)")
            return
        }
        for id in [code.grantID, token.grantID] { #expect(try await database.read { try $0.grants.find(id) }?.revokedAt != nil) }
    }

    @Test("a session from before is neither found nor listed, one from after is", arguments: Engine.allCases)
    func sessions(engine: Engine) async throws {
        let fixture = try Fixture()
        let database = try await open(engine, fixture)
        let found = { try await database.read { try $0.sessions.find(fixture.session.digest, at: noon + .minutes(1)) } }
        let listed = { try await database.read { try $0.sessions.list(of: fixture.resident.id) } }
        try await mark(database, at: noon - .milliseconds(1))
        #expect(try await found() == fixture.session)
        #expect(try await listed() == [fixture.session])
        try await mark(database, at: noon)
        #expect(try await found() == nil)
        #expect(try await listed().isEmpty)
    }

    @Test("an assertion that may have been used before the restore is refused, one that cannot have been is not", arguments: Engine.allCases)
    func assertions(engine: Engine) async throws {
        let fixture = try Fixture()
        let database = try await open(engine, fixture)
        let claim = { (jti: String, from: Instant) in
            try await database.write {
                try $0.assertionIDs.claimOnce(
                    client: fixture.client.id, jti: jti, usableFrom: from, expiresAt: noon + .hours(1), now: noon + .minutes(1))
            }
        }
        try await mark(database, at: noon)
        #expect(try await claim("a", noon - .minutes(5)) == false)
        #expect(try await claim("b", noon) == false)
        #expect(try await claim("c", noon + .milliseconds(1)))
        #expect(try await claim("c", noon + .milliseconds(1)) == false, "used")
    }

    @Test("consents stay, and so do those who gave them", arguments: Engine.allCases)
    func consents(engine: Engine) async throws {
        let fixture = try Fixture()
        let database = try await open(engine, fixture)
        let consent = Consent(
            residentID: fixture.resident.id, clientID: fixture.client.id, scope: fixture.grant.scope, claimNames: [], grantedAt: noon,
            updatedAt: noon,
            lastUsedAt: noon)
        try await database.write { try $0.consents.record(consent) }
        try await mark(database, at: noon + .days(1))
        #expect(try await database.read { try $0.consents.find(fixture.resident.id, client: fixture.client.id) } == consent)
        #expect(try await database.read { try $0.residents.find(fixture.resident.id) } == fixture.resident)
        #expect(try await database.read { try $0.clients.all() } == [fixture.client])
    }

    @Test("the mark moves on and never back", arguments: Engine.allCases)
    func monotone(engine: Engine) async throws {
        let database = try await engine.open()
        #expect(try await database.read { try $0.epochs.restoredAt() } == nil)
        for (moment, expected) in [(noon, noon), (noon + .seconds(1), noon + .seconds(1)), (noon, noon + .seconds(1))] {
            try await mark(database, at: moment)
            #expect(try await database.read { try $0.epochs.restoredAt() } == expected)
        }
    }

    @Test(
        "whoever knows a number of any topic sees another, higher one after a restore, and after the next from the same backup",
        arguments: Engine.allCases)
    func topics(engine: Engine) async throws {
        let database = try await engine.open()
        let backup = try await engine.open()
        for one in [database, backup] { try await one.write { try $0.epochs.advance(.keys) } }
        // What a running process had read by the time of the restore.
        for _ in 0..<50 { try await database.write { try $0.epochs.advance(.keys) } }
        var known = try await database.read { try $0.epochs.current() }
        for hour in 1...2 {
            let restored = hour == 1 ? backup : try await engine.open()
            try await mark(restored, at: noon + .hours(Int64(hour)))
            let current = try await restored.read { try $0.epochs.current() }
            for topic in EpochTopic.allCases { #expect((current[topic] ?? 0) > (known[topic] ?? 0)) }
            for _ in 0..<50 { try await restored.write { try $0.epochs.advance(.clients) } }
            known = try await restored.read { try $0.epochs.current() }
        }
        let before = known
        try await mark(backup, at: noon)
        #expect(try await backup.read { try $0.epochs.current() }.values.allSatisfy { $0 > 0 })
        #expect(before[.keys] == (noon + .hours(2)).milliseconds)
    }

    @Test("a mark whose transaction is undone marks nothing", arguments: Engine.allCases)
    func undone(engine: Engine) async throws {
        let database = try await engine.open()
        await #expect(throws: DatabaseError.foreignKeyViolation) {
            try await database.write { transaction in
                try transaction.epochs.markRestored(at: noon)
                try transaction.sessions.insert(Session.of(try Resident.named("nobody")))
            }
        }
        #expect(try await database.read { try $0.epochs.restoredAt() } == nil)
        #expect(try await database.read { try $0.epochs.current() } == [.keys: 0, .clients: 0])
    }

    @Test("the youngest grant and session are known", arguments: Engine.allCases)
    func latest(engine: Engine) async throws {
        let database = try await engine.open()
        let latest = { try await database.read { [try $0.grants.latestCreation(), try $0.sessions.latestCreation()] } }
        #expect(try await latest() == [nil, nil])
        let fixture = try Fixture()
        try await database.write { try fixture.insert(in: $0) }
        #expect(try await latest() == [noon, noon])
    }
}

@Suite("What one record has that another lacks")
struct AuditPositionTests {
    private func event(_ kind: AuditKind, _ at: Instant) -> AuditEvent { AuditEvent(at: at, kind: kind, actor: "operator:root") }

    @Test("events after a position are listed by kind, the oldest first, and counted", arguments: Engine.allCases)
    func after(engine: Engine) async throws {
        let database = try await engine.open()
        let (a, b, c) = (event(.keyRevoked, noon), event(.residentDisabled, noon + .seconds(1)), event(.keyRevoked, noon + .seconds(2)))
        #expect(try await database.read { try $0.audit.end() } == nil)
        try await database.write { try $0.audit.append(a) }
        let position = try await database.read { try $0.audit.end() }
        #expect(position?.at == noon)
        try await database.write { transaction in for each in [b, c] { try transaction.audit.append(each) } }
        let (later, all, some) = try await database.read { transaction in
            (
                try transaction.audit.list([.keyRevoked], after: position, limit: 10),
                try transaction.audit.list([.keyRevoked, .residentDisabled], after: nil, limit: 10),
                try transaction.audit.list([.keyRevoked, .residentDisabled], after: position, limit: 1)
            )
        }
        #expect(later == [c])
        #expect(all == [a, b, c])
        #expect(some == [b])
        let counts = try await database.read { try $0.audit.counts(after: position).map { "\($0.kind) \($0.count)" } }
        #expect(counts == ["key.revoked 1", "resident.disabled 1"])
    }

    @Test("in a record that went a way of its own, what is later by time is after the position too", arguments: Engine.allCases)
    func diverged(engine: Engine) async throws {
        let (backup, other) = (try await engine.open(), try await engine.open())
        try await backup.write { transaction in for second in 0..<5 { try transaction.audit.append(event(.keyGenerated, noon + .seconds(second))) } }
        let later = event(.keyRevoked, noon + .minutes(1))
        try await other.write { try $0.audit.append(later) }
        let position = try await backup.read { try $0.audit.end() }
        #expect(try await other.read { try $0.audit.list([.keyRevoked], after: position, limit: 10) } == [later])
    }
}
