import Database
import Testing

@Suite("Transactions")
struct TransactionTests {
    @Test("what was written is read") func roundTrip() async throws {
        let database = Database.openInMemory()
        try await database.write { transaction in
            try transaction.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")
            try transaction.execute("INSERT INTO note (body) VALUES (\("first"))")
        }
        let bodies = try await database.read { try $0.query("SELECT body FROM note") { row throws(DatabaseError) in try row.text(0) } }
        #expect(bodies == ["first"])
    }
}
