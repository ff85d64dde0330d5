import Database
import Dispatch
import EngineFixture
import Testing

@Suite("PostgreSQL: the pool, its limits and its server", .enabled(if: Engine.allCases.contains(.postgres)))
struct PostgresPoolTests {
    @Test("a statement that takes too long is ended, and the connection goes on")
    func statementTimeout() async throws {
        let schema = try PostgresSchema()
        let url = try #require(PostgresURL(schema.text + "%20-cstatement_timeout%3D50"))
        let database = try Database.openPostgres(url, connections: 2, timeSource: .system)
        await #expect(throws: DatabaseError.unavailable("a statement took too long (PostgreSQL 57014)")) {
            try await database.read { try $0.query("SELECT pg_sleep(60)") { _ throws(DatabaseError) in } }
        }
        #expect(try await database.schemaVersion() == 0)
    }

    @Test("who waits too long for another's row is refused, and the other goes on")
    func lockTimeout() async throws {
        let schema = try PostgresSchema()
        let url = try #require(PostgresURL(schema.text + "%20-clock_timeout%3D50"))
        let (holder, waiter) = (try schema.open(), try Database.openPostgres(url, connections: 2, timeSource: .system))
        try await holder.migrate([.notes])
        try await holder.add("a")
        let error = DatabaseError.unavailable("another transaction held a row or table for too long (PostgreSQL 55P03)")
        let (waiting, wait) = AsyncStream<Void>.makeStream()
        let done = DispatchSemaphore(value: 0)
        let holding = Task {
            try await holder.write { transaction in
                try transaction.execute("UPDATE note SET body = 'b'")
                wait.finish()
                done.wait()
            }
        }
        for await _ in waiting {}
        await #expect(throws: error) { try await waiter.write { try $0.execute("UPDATE note SET body = 'c'") } }
        done.signal()
        try await holding.value
        #expect(try await waiter.notes() == ["b"])
    }

    @Test(
        "limits hold where neither the URI nor the role says otherwise",
        arguments: ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"])
    func standardLimits(name: String) async throws {
        let database = try PostgresSchema().open()
        let value = try await database.read { try $0.first("SELECT current_setting(\(name))") { row throws(DatabaseError) in try row.text(0) } }
        #expect(value == ["statement_timeout": "10s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s"][name])
    }

    @Test("a server that is not there is unavailable, soon, for all that ask")
    func noServer() async throws {
        let folder = try TemporaryFolder()
        let host = folder.path("").split(separator: "/").joined(separator: "%2F")
        let url = try #require(PostgresURL("postgres://nobody@%2F\(host)/nowhere"))
        let database = try Database.openPostgres(url, connections: 4, timeSource: .system)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        _ = try await database.schemaVersion()
                        return false
                    } catch DatabaseError.unavailable {
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes == Array(repeating: true, count: 40))
        await database.close()
    }

    @Test("a role that may not do something is told what")
    func forbidden() async throws {
        let schema = try PostgresSchema()
        let database = try schema.open()
        try await database.migrate([.notes])
        let role = "reader_\(UInt32.random(in: 0...UInt32.max))"
        try PostgresSchema.run(
            "CREATE ROLE \(role) LOGIN; GRANT USAGE ON SCHEMA \(schema.name) TO \(role); GRANT SELECT ON \(schema.name).note TO \(role)")
        let url = try #require(PostgresURL(schema.text.replacing("//postgres@", with: "//\(role)@")))
        let reader = try Database.openPostgres(url, connections: 2, timeSource: .system)
        #expect(try await reader.notes() == [])
        await #expect(throws: DatabaseError.forbidden("permission denied for table note")) { try await reader.add("a") }
        await #expect(throws: DatabaseError.self) {
            try await reader.migrate([.notes, Migration(version: 2, name: "more", sql: "CREATE TABLE more (id BIGINT);")])
        }
    }

    @Test("what one node announces, another hears once it is committed, and nothing of what is undone")
    func announcements() async throws {
        let schema = try PostgresSchema()
        let (teller, hearer) = (try schema.open(), try schema.open())
        var heard = hearer.announcements().makeAsyncIterator()
        // The first comes when listening has begun.
        await heard.next()
        await #expect(throws: Refusal(number: 1)) {
            try await teller.write { transaction in
                try transaction.announce()
                throw Refusal(number: 1)
            }
        }
        try await teller.write { try $0.announce() }
        await heard.next()
        await hearer.close()
        // The stream ends with its database; it may still hold what other tests announced meanwhile.
        while await heard.next() != nil {}
    }

    @Test("a listener whose connection ends listens again")
    func listensAgain() async throws {
        let schema = try PostgresSchema()
        let name = "listener \(schema.name)"
        let hearer = try Database.openPostgres(schema.url, connections: 2, applicationName: name, timeSource: .system)
        let teller = try schema.open()
        var heard = hearer.announcements().makeAsyncIterator()
        await heard.next()
        _ = try await teller.read { transaction in
            try transaction.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = \(name)"
            ) { _ throws(DatabaseError) in }
        }
        await heard.next()
        try await teller.write { try $0.announce() }
        await heard.next()
        await hearer.close()
    }
}
