import Database
import EngineFixture
import Testing

@testable import Storage

/// The list of copied tables against the schema that the migrations make: what is missing in it would be lost in a copy.
@Suite("Tables as they are copied")
struct CopiedTableTests {
    /// A column as the engine describes it.
    struct Described: Hashable {
        let table: String
        let name: String
        let type: String
        let isKey: Bool
    }

    private static let types: [Engine: [CopiedTable.Column.Kind: String]] = [
        .sqlite: [.integer: "INTEGER", .text: "TEXT", .blob: "BLOB"], .postgres: [.integer: "bigint", .text: "text", .blob: "bytea"],
    ]

    private static let catalogues: [Engine: SQL] = [
        .sqlite: """
        SELECT m.name, c.name, c.type, c.pk > 0 FROM sqlite_schema m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
        """,
        .postgres: """
        SELECT c.table_name, c.column_name, c.data_type, k.column_name IS NOT NULL FROM information_schema.columns c
        LEFT JOIN information_schema.table_constraints t
            ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.constraint_type = 'PRIMARY KEY'
        LEFT JOIN information_schema.key_column_usage k
            ON k.table_schema = t.table_schema AND k.constraint_name = t.constraint_name AND k.column_name = c.column_name
        WHERE c.table_schema = current_schema()
        """,
    ]

    private func described(by engine: Engine) async throws -> Set<Described> {
        let (database, catalogue) = (try await engine.open(), try #require(Self.catalogues[engine]))
        return try await database.read { transaction in
            Set(
                try transaction.query(catalogue) { row throws(DatabaseError) in
                    Described(table: try row.text(0), name: try row.text(1), type: try row.text(2), isKey: try row.bool(3))
                })
        }
    }

    @Test("every table of the schema is copied with every column, or left out for a reason", arguments: Engine.allCases)
    func complete(engine: Engine) async throws {
        let types = try #require(Self.types[engine])
        let listed = CopiedTable.all.flatMap { table in
            table.columns.map { column in
                Described(
                    table: table.name, name: column.name.text, type: types[column.kind] ?? "", isKey: table.key.contains(column))
            }
        }
        #expect(Set(listed) == (try await described(by: engine)).filter { CopiedTable.leftOut[$0.table] == nil })
        #expect(CopiedTable.all.allSatisfy { CopiedTable.leftOut[$0.name] == nil })
    }

    @Test("a table comes after those that its rows refer to")
    func order() async throws {
        let references = try await Engine.sqlite.open().read { transaction in
            try transaction.query(
                "SELECT m.name, f.\"table\" FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f"
            ) { row throws(DatabaseError) in (from: try row.text(0), to: try row.text(1)) }
        }
        let names = CopiedTable.all.map(\.name)
        #expect(!references.isEmpty)
        for reference in references {
            #expect(try #require(names.firstIndex(of: reference.to)) < (try #require(names.firstIndex(of: reference.from))), "\(reference)")
        }
    }

    @Test("the tables whose keys PostgreSQL gives are those that are numbered on", .enabled(if: Engine.allCases.contains(.postgres)))
    func identities() async throws {
        let given = try await Engine.postgres.open().read { transaction in
            try transaction.query(
                "SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND is_identity = 'YES'"
            ) { row throws(DatabaseError) in try row.text(0) }
        }
        #expect(given == CopiedTable.all.filter(\.hasIdentity).map(\.name))
    }

    @Test("pages follow the key's bytes in both engines, and together hold every row once", arguments: Engine.allCases)
    func pages(engine: Engine) async throws {
        let database = try await engine.open()
        let names = ["", "B", "Z", "a", "aa", "e\u{301}", "ä", "é", "\u{FFFD}", "\u{1F642}"]
        try await database.write { transaction in
            try transaction.insert(names.shuffled().map { [.text($0), .blob([1])] }, into: "sealed_secret", ["name", "sealed"])
        }
        let table = try #require(CopiedTable.all.first { $0.name == "sealed_secret" })
        var (found, key) = ([[SQLValue]](), CopiedKey?.none)
        repeat {
            let after = key
            let page = try await database.read { try $0.copies.page(of: table, after: after, limit: 3) }
            found += page.rows
            key = page.end
        } while key != nil
        #expect(found.map { $0[0] } == names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map(SQLValue.text))
        #expect(try await database.read { try $0.copies.end(of: table)?.values } == [.text("\u{1F642}")])
    }

    @Test("a checksum tells apart what is not the same, and does not depend on the size of pages")
    func checksums() {
        func checksum(_ pages: [[SQLValue]]...) -> String {
            var checksum = TableChecksum(CopiedTable.all[0])
            for rows in pages { checksum.add(CopiedPage(table: CopiedTable.all[0], rows: rows)) }
            return checksum.finish().sha256
        }
        let different: [[[SQLValue]]] = [
            [], [[.null]], [[.text("")]], [[.blob([])]], [[.integer(0)]], [[.text("0")]], [[.blob([0x30])]], [[.text("a"), .text("b")]],
            [[.text("ab"), .text("")]], [[.text("é")]], [[.text("e\u{301}")]], [[.null, .null]],
        ]
        #expect(Set(different.map { checksum($0) }).count == different.count)
        let (one, two): ([SQLValue], [SQLValue]) = ([.text("one"), .null], [.text("two"), .integer(2)])
        #expect(checksum([one, two]) == checksum([one], [two]))
        #expect(checksum([one, two]) != checksum([two, one]))
    }
}
