import Cryptography
import Database
import Domain
import EngineFixture
import Primitives
import Recovery
import Storage
import Testing

@Suite("Recovery from a backup")
struct RecoveryTests {
    private let noon = Instant(milliseconds: 1_800_000_000_000)

    private func open(_ engine: Engine) async throws -> Database {
        let database = try engine.openEmpty()
        try await database.migrate(Schema.migrations)
        return database
    }

    private func recovery(_ database: Database) -> Recovery { Recovery(database: database, operator: "root") }

    private func session(at moment: Instant, in database: Database) async throws {
        let resident = Resident(
            id: .random(), username: try LoginName("amina"), claims: try ResidentClaims(json: [:]), passwordPHC: nil, createdAt: moment,
            updatedAt: moment, passwordChangedAt: nil)
        let session = Session(
            digest: TokenDigest(of: "session"), residentID: resident.id, createdAt: moment, authTime: moment, lastSeenAt: moment,
            idleExpiresAt: moment + .hours(1), expiresAt: moment + .hours(12), acr: "urn:portico:password", amr: ["pwd"], userAgent: "Browser",
            browserDigest: TokenDigest(of: "browser"))
        try await database.write { transaction in
            try transaction.residents.insert(resident)
            try transaction.sessions.insert(session)
        }
    }

    private func note(_ kind: AuditKind, _ at: Instant, _ reference: String, in database: Database) async throws {
        try await database.write { try $0.audit.append(AuditEvent(at: at, kind: kind, actor: "operator:root", reference: reference)) }
    }

    @Test("the mark and its record are one; the record says what the last event before was", arguments: Engine.allCases)
    func mark(engine: Engine) async throws {
        let database = try await open(engine)
        try await note(.keyGenerated, noon, "before", in: database)
        #expect(try await recovery(database).mark(at: noon + .hours(1)) == noon + .hours(1))
        #expect(try await recovery(database).state().restoredAt == noon + .hours(1))
        let event = try #require(try await database.read { try $0.audit.list(limit: 1).first })
        #expect(event.kind == .databaseRestored)
        #expect(event.actor == "operator:root")
        #expect(event.detail["last_event_at"]?.integerValue == noon.secondsSince1970)
    }

    @Test("what another node's clock dated a little ahead is over as well", arguments: Engine.allCases)
    func clockAhead(engine: Engine) async throws {
        let database = try await open(engine)
        try await session(at: noon + .seconds(40), in: database)
        #expect(try await recovery(database).mark(at: noon) == noon + .seconds(40))
        #expect(try await database.read { try $0.sessions.find(TokenDigest(of: "session"), at: noon + .minutes(1)) } == nil)
    }

    @Test("a clock that is behind what the database holds marks nothing: what it left standing could be used again", arguments: Engine.allCases)
    func clockBehind(engine: Engine) async throws {
        let database = try await open(engine)
        try await session(at: noon + .hours(1), in: database)
        await #expect(throws: RecoveryError.clockBehind(now: noon, latest: noon + .hours(1))) { try await recovery(database).mark(at: noon) }
        #expect(try await recovery(database).state().restoredAt == nil)
        #expect(try await database.read { try $0.audit.list(limit: 10) }.isEmpty)
    }

    @Test("what was taken away since the backup is listed, the rest is counted", arguments: Engine.allCases)
    func undone(engine: Engine) async throws {
        let (backup, later) = (try await open(engine), try await open(engine))
        for database in [backup, later] { try await note(.residentDisabled, noon, "in both", in: database) }
        for (second, kind) in UndoneWork.attention.enumerated() { try await note(kind, noon + .seconds(Int64(second)), "since", in: later) }
        for _ in 0..<3 { try await note(.residentSignedIn, noon + .minutes(1), "since", in: later) }
        let state = try await recovery(backup).state()
        let undone = try await recovery(backup).undone(from: later, since: state)
        #expect(undone.events.map(\.kind) == UndoneWork.attention)
        #expect(undone.events.allSatisfy { $0.reference == "since" })
        #expect(undone.unlisted == 0)
        #expect(undone.others.map { "\($0.kind) \($0.count)" } == ["resident.signed_in 3"])
        #expect(try await recovery(backup).undone(from: backup, since: state).isEmpty)
    }
}
