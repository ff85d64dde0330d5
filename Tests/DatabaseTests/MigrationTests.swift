import Database
import EngineFixture
import Testing

@Suite("Migrations")
struct MigrationTests {
    private static let first = Migration(version: 1, name: "notes", sql: "CREATE TABLE note (id INTEGER, body TEXT NOT NULL);")
    private static let second = Migration(
        version: 2, name: "authors", sql: "CREATE TABLE author (id INTEGER PRIMARY KEY); INSERT INTO author (id) VALUES (1);")

    private func tables(_ database: Database) async throws -> Set<String> {
        Set(
            try await database.read {
                try $0.query(
                    database.dialect == .sqlite
                        ? "SELECT name FROM sqlite_schema WHERE type = 'table'"
                        : "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
                ) { row throws(DatabaseError) in try row.text(0) }
            })
    }

    @Test("from empty every step is applied, and applying again changes nothing", arguments: Engine.allCases)
    func fromEmpty(engine: Engine) async throws {
        let database = try engine.openEmpty()
        #expect(try await database.schemaVersion() == 0)
        for _ in 0..<2 {
            try await database.migrate([Self.first, Self.second])
            #expect(try await database.schemaVersion() == 2)
            #expect(try await tables(database) == ["schema_migration", "schema_support", "note", "author"])
        }
        #expect(try await database.read { try $0.query("SELECT id FROM author") { row throws(DatabaseError) in try row.int(0) } } == [1])
    }

    @Test("an older schema gets only what it lacks", arguments: Engine.allCases)
    func fromOlder(engine: Engine) async throws {
        let database = try engine.openEmpty()
        try await database.migrate([Self.first])
        try await database.write { try $0.execute("INSERT INTO note (body) VALUES ('kept')") }
        try await database.migrate([Self.first, Self.second])
        #expect(try await database.schemaVersion() == 2)
        #expect(try await database.read { try $0.query("SELECT body FROM note") { row throws(DatabaseError) in try row.text(0) } } == ["kept"])
    }

    @Test("a newer schema is refused and left alone", arguments: Engine.allCases)
    func newer(engine: Engine) async throws {
        let database = try engine.openEmpty()
        try await database.migrate([Self.first, Migration(version: 2, name: "other notes", sql: "DROP TABLE note;", phase: .contract(needs: 2))])
        await #expect(throws: DatabaseError.schemaNewer(found: 2, known: 1)) { try await database.migrate([Self.first]) }
        #expect(try await database.schemaVersion() == 2)
    }

    @Test(
        "a schema with another SQL or name under an applied number is refused before anything is applied",
        arguments: [
            Migration(version: 1, name: "notes", sql: "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);"),
            Migration(version: 1, name: "other", sql: "CREATE TABLE note (id INTEGER, body TEXT NOT NULL);"),
        ], Engine.allCases)
    func altered(migration: Migration, engine: Engine) async throws {
        let database = try engine.openEmpty()
        try await database.migrate([Self.first])
        await #expect(throws: DatabaseError.schemaAltered(version: 1, name: migration.name)) {
            try await database.migrate([migration, Self.second])
        }
        #expect(try await tables(database) == ["schema_migration", "schema_support", "note"])
    }

    @Test("a step that fails is undone whole, and those before it stay", arguments: Engine.allCases)
    func failing(engine: Engine) async throws {
        let database = try engine.openEmpty()
        let broken = Migration(version: 2, name: "broken", sql: "CREATE TABLE half (id INTEGER PRIMARY KEY); CREATE TABLE note (id INTEGER);")
        await #expect(throws: DatabaseError.self) { try await database.migrate([Self.first, broken]) }
        #expect(try await database.schemaVersion() == 1)
        #expect(try await tables(database) == ["schema_migration", "schema_support", "note"])
        try await database.migrate([Self.first, Self.second])
        #expect(try await database.schemaVersion() == 2)
    }

    @Test("numbers with a gap, out of order or not from 1 are refused", arguments: [[2], [1, 3], [2, 1], [1, 1]])
    func numbering(versions: [Int]) async throws {
        let database = Database.openInMemory()
        let migrations = versions.map { Migration(version: $0, name: "n\($0)", sql: "SELECT 1;") }
        await #expect(throws: DatabaseError.misuse("migrations must be numbered from 1 without gaps")) { try await database.migrate(migrations) }
    }

    @Test("several programs that migrate one database at once apply each step once", arguments: Engine.allCases)
    func concurrent(engine: Engine) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("portico.db")
        let schema = engine == .postgres ? try PostgresSchema() : nil
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let database = try schema?.open() ?? Database.openSQLite(path: path, timeSource: .system)
                    try await database.migrate([Self.first, Self.second])
                    let version = try await database.schemaVersion()
                    await database.close()
                    return version
                }
            }
            for try await version in group { #expect(version == 2) }
        }
    }

    @Test(
        "after an expanding step a program that does not know it works on; after a contracting one only who knows enough",
        arguments: Engine.allCases)
    func phases(engine: Engine) async throws {
        let database = try engine.openEmpty()
        let contraction = Migration(version: 3, name: "no authors", sql: "DROP TABLE author;", phase: .contract(needs: 2))
        try await database.migrate([Self.first, Self.second])
        try await database.migrate([Self.first])
        #expect(try await database.missingMigrations([Self.first]) == [])
        #expect(try await database.missingMigrations([Self.first, Self.second, contraction]) == [contraction])
        try await database.migrate([Self.first, Self.second, contraction])
        try await database.migrate([Self.first, Self.second])
        await #expect(throws: DatabaseError.schemaNewer(found: 3, known: 1)) { try await database.migrate([Self.first]) }
        #expect(try await database.schemaVersion() == 3)
    }

    @Test("a newer step that nothing is said of is refused", arguments: Engine.allCases)
    func unsaid(engine: Engine) async throws {
        let database = try engine.openEmpty()
        try await database.migrate([Self.first, Self.second])
        try await database.write { try $0.execute("DELETE FROM schema_support WHERE version = 2") }
        await #expect(throws: DatabaseError.schemaNewer(found: 2, known: 1)) { try await database.migrate([Self.first]) }
    }
}
