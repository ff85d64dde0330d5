import Database
import Domain
import EngineFixture
import Storage
import Testing

@Suite("The schema")
struct SchemaTests {
    @Test("the program's migrations bring an empty database to the last of them", arguments: Engine.allCases)
    func fromEmpty(engine: Engine) async throws {
        let database = try await engine.open()
        #expect(try await database.schemaVersion() == Schema.migrations.count)
        try await database.migrate(Schema.migrations)
    }

    @Test("a database whose released migration was edited is refused", arguments: Engine.allCases)
    func altered(engine: Engine) async throws {
        let database = try await engine.open()
        let edited = Schema.migrations.map { Migration(version: $0.version, name: $0.name, sql: $0.sql(database.dialect) + "\n-- edited") }
        await #expect(throws: DatabaseError.schemaAltered(version: 1, name: "foundation")) { try await database.migrate(edited) }
    }

    @Test("a stored value that its type refuses is malformed, not trusted", arguments: Engine.allCases)
    func malformed(engine: Engine) async throws {
        let database = try await engine.open()
        let fixture = try Fixture()
        try await database.write { transaction in
            try fixture.insert(in: transaction)
            try transaction.execute("UPDATE resident SET username = 'two words'")
            try transaction.execute("UPDATE access_grant SET amr = 'pwd'")
            try transaction.execute("UPDATE client SET metadata = '{}'")
        }
        let reads: [@Sendable (ReadTransaction) throws -> Bool] = [
            { try $0.residents.find(fixture.resident.id) != nil }, { try $0.grants.find(fixture.grant.id) != nil },
            { try $0.clients.find(fixture.client.id) != nil },
        ]
        for read in reads {
            let error = await #expect(throws: DatabaseError.self) { try await database.read(read) }
            guard case .malformedRow = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
    }

    @Test(
        "the look-ups and the pruning use an index",
        arguments: [
            "EXPLAIN QUERY PLAN SELECT id FROM resident WHERE username_key = 'a'", "EXPLAIN QUERY PLAN SELECT id FROM resident WHERE email_key = 'a'",
            "EXPLAIN QUERY PLAN SELECT digest FROM session WHERE digest = x'00'",
            "EXPLAIN QUERY PLAN SELECT digest FROM session WHERE resident_id = 'a'",
            "EXPLAIN QUERY PLAN SELECT digest FROM session WHERE kept_until <= 1",
            "EXPLAIN QUERY PLAN SELECT scope FROM consent WHERE resident_id = 'a' AND client_id = 'b'",
            "EXPLAIN QUERY PLAN SELECT scope FROM consent WHERE client_id = 'b'",
            "EXPLAIN QUERY PLAN SELECT id FROM access_grant WHERE session_digest = x'00'",
            "EXPLAIN QUERY PLAN SELECT id FROM access_grant WHERE resident_id = 'a' AND client_id = 'b'",
            "EXPLAIN QUERY PLAN SELECT id FROM access_grant WHERE expires_at <= 1",
            "EXPLAIN QUERY PLAN SELECT digest FROM authorization_code WHERE grant_id = 'a'",
            "EXPLAIN QUERY PLAN SELECT digest FROM authorization_code WHERE kept_until <= 1",
            "EXPLAIN QUERY PLAN SELECT digest FROM refresh_token WHERE grant_id = 'a'",
            "EXPLAIN QUERY PLAN SELECT digest FROM refresh_token WHERE kept_until <= 1",
            "EXPLAIN QUERY PLAN SELECT jti_digest FROM assertion_id WHERE expires_at <= 1",
            "EXPLAIN QUERY PLAN SELECT failures FROM failure_counter WHERE bucket IN (1, 2)",
            "EXPLAIN QUERY PLAN SELECT id FROM audit_event WHERE resident_id = 'a' ORDER BY id DESC",
        ] as [SQL])
    func indexes(plan statement: SQL) async throws {
        let database = try await Engine.sqlite.open()
        let plan = try await database.read { transaction in
            try transaction.query(statement) { row throws(DatabaseError) in try row.text(3) }
        }
        #expect(plan.count == 1)
        #expect(plan.allSatisfy { $0.hasPrefix("SEARCH") })
    }
}
