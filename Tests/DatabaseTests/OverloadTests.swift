import Database
import EngineFixture
import Testing

@Suite("More work than an engine takes on")
struct OverloadTests {
    /// How many writes wait behind one connection.
    private func bound(_ engine: Engine) -> Int {
        switch engine {
        case .sqlite: 1024
        case .postgres: 64
        }
    }

    private func open(_ engine: Engine) throws -> Database {
        switch engine {
        case .sqlite: Database.openInMemory()
        case .postgres: try PostgresSchema().open(connections: 2)
        }
    }

    @Test("writes beyond the bound are refused at once, and those within it are kept", arguments: Engine.allCases)
    func refused(engine: Engine) async throws {
        let database = try open(engine)
        try await database.migrate([.notes])
        let gate = await Gate(on: database)
        let (refusals, refused) = AsyncStream<DatabaseError?>.makeStream()
        let bound = bound(engine)
        let writes = (0..<(bound + 150)).map { number in
            Task {
                do {
                    try await database.add("note \(number)")
                    return true
                } catch {
                    refused.yield(error as? DatabaseError)
                    return false
                }
            }
        }
        var seen = 0
        for await refusal in refusals {
            #expect(refusal == .unavailable("too much work is waiting for the database"))
            seen += 1
            if seen == 150 { break }
        }
        try await gate.open()
        var kept = 0
        for write in writes where await write.value { kept += 1 }
        #expect(kept == bound)
        #expect(try await database.notes().count == bound)
    }
}
