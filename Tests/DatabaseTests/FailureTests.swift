import Database
import Foundation
import Testing

@Suite("Failures by their meaning")
struct FailureTests {
    private func open() async throws -> Database {
        let database = Database.openInMemory()
        try await database.write { transaction in
            try transaction.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT")
            try transaction.execute(
                "CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent (id), CHECK (id > 0)) STRICT")
            try transaction.execute("INSERT INTO parent (id) VALUES (1)")
            try transaction.execute("INSERT INTO child (id, parent) VALUES (1, 1)")
        }
        return database
    }

    @Test(
        "constraints are told apart",
        arguments: [
            ("INSERT INTO child (id, parent) VALUES (1, 1)", DatabaseError.uniqueViolation("child.id")),
            ("INSERT INTO child (id, parent) VALUES (2, 99)", .foreignKeyViolation),
            ("DELETE FROM parent", .foreignKeyViolation),
            ("INSERT INTO child (id, parent) VALUES (-1, 1)", .checkViolation("id > 0")),
            ("INSERT INTO child (id, parent) VALUES (2, NULL)", .checkViolation("child.parent")),
        ] as [(SQL, DatabaseError)])
    func constraints(statement: SQL, expected: DatabaseError) async throws {
        let database = try await open()
        await #expect(throws: expected) { try await database.write { try $0.execute(statement) } }
    }

    @Test("no message repeats a bound value")
    func messages() async throws {
        let database = try await open()
        let secret = "a resident's secret"
        for statement in ["INSERT INTO child (id, parent) VALUES (\(secret), 1)", "SELECT nothing FROM parent WHERE id = \(secret)"] as [SQL] {
            let error = await #expect(throws: DatabaseError.self) { try await database.write { try $0.execute(statement) } }
            #expect(error.map { !"\($0)".contains(secret) && !String(reflecting: $0).contains(secret) } == true)
        }
    }

    @Test(
        "what is no single good statement is misuse",
        arguments: ["SELEKT 1", "SELECT 1; SELECT 2", "", "SELECT $1", "SELECT * FROM nowhere"] as [SQL])
    func misuse(statement: SQL) async throws {
        let database = try await open()
        let error = await #expect(throws: DatabaseError.self) { try await database.write { try $0.execute(statement) } }
        guard case .misuse = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("a read cannot write")
    func readOnly() async throws {
        let database = try await open()
        await #expect(throws: DatabaseError.self) {
            try await database.read { try $0.first("DELETE FROM child RETURNING id") { row throws(DatabaseError) in try row.int(0) } }
        }
        #expect(try await database.read { try $0.query("SELECT id FROM child") { row throws(DatabaseError) in try row.int(0) } } == [1])
    }

    @Test("a file that is no database is corrupt, and stays as it is")
    func noDatabase() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("notes.txt")
        let contents = Data(String(repeating: "these are notes, not a database. ", count: 100).utf8)
        try contents.write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: DatabaseError.self) { try Database.openSQLite(path: path, timeSource: .system) }
        guard case .corrupt = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == contents)
    }

    @Test("a folder that is not there is unavailable")
    func noFolder() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: DatabaseError.self) { try Database.openSQLite(path: folder.path("missing/portico.db"), timeSource: .system) }
        guard case .unavailable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
