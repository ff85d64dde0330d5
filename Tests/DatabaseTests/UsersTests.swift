import Database
import EngineFixture
import Testing

@Suite("Who else is at a database")
struct UsersTests {
    @Test("a SQLite file is in use for as long as somebody has it open, and looking changes nothing")
    func sqlite() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("portico.db")
        let database = try Database.openSQLite(path: path, timeSource: .system)
        try await database.migrate([.notes])
        #expect(try Database.isSQLiteInUse(path: path))
        try await database.add("kept")
        await database.close()
        #expect(try !Database.isSQLiteInUse(path: path))
        let again = try Database.openSQLite(path: path, timeSource: .system)
        #expect(try await again.notes() == ["kept"])
        await again.close()
    }

    @Test("connections to PostgreSQL are counted by their name", .enabled(if: Engine.allCases.contains(.postgres)))
    func postgres() async throws {
        let schema = try PostgresSchema()
        let name = "portico \(schema.url.parameter("options") ?? "")".filter { $0.isLetter || $0.isNumber }
        let server = try Database.openPostgres(schema.url, connections: 2, applicationName: name, timeSource: .system)
        let other = try schema.open()
        _ = try await server.schemaVersion()
        #expect(try await other.connections(named: name) == 1)
        await server.close()
        // The server notices that a connection has ended a moment after it has.
        for _ in 0..<100 where try await other.connections(named: name) > 0 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try await other.connections(named: name) == 0)
    }
}
