import Database
import EngineFixture
import Primitives
import Testing

@Suite("What an engine says of itself")
struct DiagnosisTests {
    @Test("each engine answers, and a sound one is found sound", arguments: Engine.allCases)
    func sound(engine: Engine) async throws {
        switch try await engine.openWithNotes().diagnosis() {
        case .sqlite(let found):
            #expect(engine == .sqlite)
            #expect(found.journalMode == "wal")
            #expect(found.damage == [])
            #expect(found.bytes > 0)
        case .postgres(let found):
            #expect(engine == .postgres)
            #expect(found.version >= 130_000)
            #expect(Set(found.settings.keys) == Set(PostgresDiagnosis.settingNames))
            #expect(found.settings["server_encoding"] == "UTF8")
            #expect(found.maximumConnections > found.reservedConnections)
            #expect(found.mayChangeSchema)
            #expect(!found.isEncrypted)
            #expect(found.transactionAge > 0)
            #expect(found.clockDifference == .zero)
        }
    }

    @Test("a server whose clock differs is told by how much", .enabled(if: Engine.allCases.contains(.postgres)))
    func clock() async throws {
        let behind = TimeSource { TimeSource.system.now() - .hours(1) }
        let database = try Database.openPostgres(try PostgresSchema().url, connections: 2, timeSource: behind)
        guard case .postgres(let found) = try await database.diagnosis() else {
            Issue.record("no PostgreSQL")
            return
        }
        #expect((Duration.minutes(59)...Duration.minutes(61)).contains(found.clockDifference))
        await database.close()
    }
}
