import Database
import EngineFixture
import Testing

@Suite("PostgreSQL: what is run again, and what is not", .enabled(if: Engine.allCases.contains(.postgres)))
struct PostgresTransactionTests {
    /// Two rows of numbers.
    private static let tallies = Migration(
        version: 1, name: "tallies",
        sql: "CREATE TABLE tally (name TEXT NOT NULL PRIMARY KEY, number BIGINT NOT NULL); INSERT INTO tally VALUES ('a', 0), ('b', 0);")

    private static func number(_ name: String, _ transaction: some SQLReading) throws(DatabaseError) -> Int {
        try transaction.first("SELECT number FROM tally WHERE name = \(name)") { row throws(DatabaseError) in try row.int(0) } ?? -1
    }

    private static func set(_ name: String, _ number: Int, _ transaction: WriteTransaction) throws(DatabaseError) {
        try transaction.execute("UPDATE tally SET number = \(number) WHERE name = \(name)")
    }

    @Test("of simultaneous changes that read before they write none is lost")
    func conflicts() async throws {
        let database = try PostgresSchema().open(connections: 16)
        try await database.migrate([Self.tallies])
        let runs = Counter()
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 {
                group.addTask {
                    try await database.write { transaction in
                        _ = runs.next()
                        try Self.set("a", try Self.number("a", transaction) + 1, transaction)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.read { try Self.number("a", $0) } == 100)
        #expect(runs.value >= 100)
    }

    @Test("changes of one row that two nodes want at once all come through, however often they meet")
    func crowd() async throws {
        let schema = try PostgresSchema()
        let nodes = [try schema.open(connections: 16), try schema.open(connections: 16)]
        try await nodes[0].migrate([Self.tallies])
        try await withThrowingTaskGroup { group in
            for number in 0..<400 {
                group.addTask {
                    try await nodes[number % 2].write { try Self.set("a", try Self.number("a", $0) + 1, $0) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await nodes[1].read { try Self.number("a", $0) } == 400)
    }

    @Test("two transactions that each decide on what the other changes do not both pass")
    func writeSkew() async throws {
        let database = try PostgresSchema().open()
        try await database.migrate([Self.tallies])
        for _ in 0..<20 {
            try await database.write { transaction in for name in ["a", "b"] { try Self.set(name, 0, transaction) } }
            // Each may raise its own only while the other is down.
            try await withThrowingTaskGroup { group in
                for (own, other) in [("a", "b"), ("b", "a")] {
                    group.addTask {
                        try await database.write { transaction in
                            if try Self.number(other, transaction) == 0 { try Self.set(own, 1, transaction) }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let raised = try await database.read { try Self.number("a", $0) + Self.number("b", $0) }
            #expect(raised == 1)
        }
    }

    @Test("a connection that ends in the middle of a transaction is made again, and the transaction run again")
    func lostInTheMiddle() async throws {
        let database = try PostgresSchema().open()
        try await database.migrate([Self.tallies])
        let runs = Counter()
        try await database.write { transaction in
            try Self.set("a", try Self.number("a", transaction) + 1, transaction)
            if runs.next() == 1 { try Self.endOwnConnection(transaction) }
        }
        #expect(runs.value == 2)
        #expect(try await database.read { try Self.number("a", $0) } == 1)
    }

    @Test("a read whose connection ends is run again")
    func lostRead() async throws {
        let database = try PostgresSchema().open()
        try await database.migrate([Self.tallies])
        let runs = Counter()
        let number = try await database.read { transaction in
            if runs.next() == 1 { try Self.endOwnConnection(transaction) }
            return try Self.number("a", transaction)
        }
        #expect(number == 0)
        #expect(runs.value == 2)
    }

    @Test("a connection that ends again and again is given up, with an error and without a change")
    func lostAgainAndAgain() async throws {
        let database = try PostgresSchema().open()
        try await database.migrate([Self.tallies])
        let error = await #expect(throws: DatabaseError.self) {
            try await database.write { transaction in
                try Self.set("a", 1, transaction)
                try Self.endOwnConnection(transaction)
            }
        }
        guard case .unavailable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await database.read { try Self.number("a", $0) } == 0)
    }

    private static func endOwnConnection(_ transaction: some SQLReading) throws(DatabaseError) {
        _ = try transaction.query("SELECT pg_terminate_backend(pg_backend_pid())") { _ throws(DatabaseError) in }
    }

    @Test("a commit whose answer is lost is not repeated, whether the server made it or not", arguments: [true, false])
    func lostCommit(isMade: Bool) async throws {
        let schema = try PostgresSchema()
        let relay = try SocketRelay(to: schema)
        defer { relay.stop() }
        let database = try Database.openPostgres(relay.url, connections: 2, timeSource: .system)
        try await database.migrate([Self.tallies])
        relay.cutNext(isMade ? .after("COMMIT") : .before("COMMIT"), onceSaid: "UPDATE tally")
        let runs = Counter()
        let error = await #expect(throws: DatabaseError.self) {
            try await database.write { transaction in
                _ = runs.next()
                try Self.set("a", try Self.number("a", transaction) + 1, transaction)
            }
        }
        #expect(error == .unavailable("the answer to a commit was lost: whether the change was made is not known"))
        #expect(runs.value == 1)
        #expect(relay.cuts.value == 1)
        // The server commits at its own pace: its client is gone.
        for _ in 0..<250 where try await database.read({ try Self.number("a", $0) }) == 0 && isMade { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try await database.read { try Self.number("a", $0) } == (isMade ? 1 : 0))
    }

    @Test("a connection cut before a statement reaches the server is made again")
    func cutBeforeStatement() async throws {
        let relay = try SocketRelay(to: try PostgresSchema())
        defer { relay.stop() }
        let database = try Database.openPostgres(relay.url, connections: 2, timeSource: .system)
        try await database.migrate([Self.tallies])
        relay.cutNext(.before("UPDATE tally"), onceSaid: "UPDATE tally")
        try await database.write { try Self.set("a", 7, $0) }
        #expect(relay.cuts.value == 1)
        #expect(try await database.read { try Self.number("a", $0) } == 7)
    }

    @Test("a transaction that goes on after a failed statement is refused, not committed in part")
    func swallowed() async throws {
        let database = try PostgresSchema().open()
        try await database.migrate([Self.tallies])
        await #expect(throws: DatabaseError.misuse("a transaction went on after a statement had failed")) {
            try await database.write { transaction in
                try Self.set("a", 1, transaction)
                _ = try? transaction.execute("INSERT INTO tally VALUES ('a', 1)")
            }
        }
        #expect(try await database.read { try Self.number("a", $0) } == 0)
    }
}
