import EngineFixture
import Primitives
import Storage
import Testing

@testable import Database

/// What each step of the schema says of itself, held against what it does.
@Suite("The steps of the schema")
struct MigrationStepTests {
    @Test("each earlier version is brought to the last with what it held", arguments: Engine.allCases, 1..<Schema.migrations.count)
    func fromEarlier(engine: Engine, version: Int) async throws {
        let database = try engine.openEmpty()
        try await database.migrate(Array(Schema.migrations.prefix(version)))
        let fixture = try Fixture()
        try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.authorizationCodes.insert(fixture.code())
            try transaction.refreshTokens.insert(fixture.refreshToken())
        }
        #expect(try await database.missingMigrations(Schema.migrations).map(\.version) == Array((version + 1)...Schema.migrations.count))
        try await database.migrate(Schema.migrations)
        #expect(try await database.schemaVersion() == Schema.migrations.count)
        let (resident, grant, token) = try await database.read { transaction in
            (
                try transaction.residents.find(fixture.resident.id), try transaction.grants.find(fixture.grant.id),
                try transaction.refreshTokens.find(fixture.refreshToken().digest)
            )
        }
        #expect(resident == fixture.resident)
        #expect(grant == fixture.grant)
        #expect(token == fixture.refreshToken())
    }

    @Test("the program of each earlier version works on after every later step, unless the step says that it does not")
    func olderPrograms() async throws {
        let database = Database.openInMemory()
        try await database.migrate(Schema.migrations)
        for known in 1..<Schema.migrations.count {
            let needed = Schema.migrations.dropFirst(known).map(\.oldestProgram).max() ?? 0
            let older = Array(Schema.migrations.prefix(known))
            if needed <= known {
                try await database.migrate(older)
            } else {
                await #expect(throws: DatabaseError.self) { try await database.migrate(older) }
            }
        }
    }

    @Test(
        "in PostgreSQL a step locks the tables it says it locks, and no other that exists", .enabled(if: Engine.allCases.contains(.postgres)),
        arguments: Schema.migrations)
    func locks(step: Migration) async throws {
        struct Undone: Error { let locks: Set<Migration.TableLock> }
        let database = try PostgresSchema().open()
        try await database.migrate(Array(Schema.migrations.prefix(step.version - 1)))
        let tables = Set(
            try await database.read {
                try $0.query("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()") { row throws(DatabaseError) in try row.text(0) }
            })
        let undone = await #expect(throws: Undone.self) {
            try await database.write { transaction in
                try transaction.connection.runScript(step.sql(.postgres))
                let held = try transaction.query(
                    """
                    SELECT relname, mode FROM pg_locks JOIN pg_class ON pg_class.oid = relation
                    WHERE pid = pg_backend_pid() AND relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
                    """
                ) { row throws(DatabaseError) in (table: try row.text(0), mode: try row.text(1)) }
                throw Undone(
                    locks: Set(
                        held.filter { tables.contains($0.table) && $0.mode != "AccessShareLock" }.map {
                            Migration.TableLock(table: $0.table, mode: Self.words(of: $0.mode))
                        }))
            }
        }
        #expect(undone?.locks == Set(step.locks))
    }

    /// `AccessExclusiveLock` → `ACCESS EXCLUSIVE`, as it is written in statements.
    private static func words(of mode: String) -> String {
        mode.dropLast("Lock".count).reduce(into: "") { $0 += ($1.isUppercase && !$0.isEmpty ? " " : "") + $1.uppercased() }
    }
}
