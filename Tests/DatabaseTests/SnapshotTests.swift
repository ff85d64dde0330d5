import Database
import EngineFixture
import Testing

@Suite("A snapshot")
struct SnapshotTests {
    @Test("it stays the same however often it is read, while others write and read", arguments: Engine.allCases)
    func stays(engine: Engine) async throws {
        let database = try await engine.openWithNotes()
        try await database.add("before")
        let seen = try await database.withSnapshot { snapshot in
            var seen = [try await notes(snapshot)]
            for number in 1...3 {
                try await database.add("meanwhile \(number)")
                seen.append(try await notes(snapshot))
            }
            return seen
        }
        #expect(seen == [["before"], ["before"], ["before"], ["before"]])
        #expect(try await database.notes().count == 4)
    }

    @Test("reads at once are answered one after the other", arguments: Engine.allCases)
    func concurrent(engine: Engine) async throws {
        let database = try await engine.openWithNotes()
        try await database.add("one")
        let counts = try await database.withSnapshot { snapshot in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 { group.addTask { try await notes(snapshot).count } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(counts == [Int](repeating: 1, count: 50))
    }

    @Test("what is thrown inside comes out, and the connection is given back", arguments: Engine.allCases)
    func throwing(engine: Engine) async throws {
        let database = try await engine.openWithNotes()
        struct Stop: Error, Equatable {}
        for _ in 0..<5 {
            await #expect(throws: Stop()) {
                try await database.withSnapshot { snapshot in
                    _ = try await notes(snapshot)
                    throw Stop()
                }
            }
        }
        let afterwards = try await database.withSnapshot { snapshot in
            await #expect(throws: Stop()) { try await snapshot.read { _ in throw Stop() } }
            return try await notes(snapshot)
        }
        #expect(afterwards.isEmpty)
        #expect(try await database.notes().isEmpty)
    }

    @Test("after its end it is refused, and so is one of a closed database", arguments: Engine.allCases)
    func ended(engine: Engine) async throws {
        let database = try await engine.openWithNotes()
        let kept = try await database.withSnapshot { $0 }
        await #expect(throws: DatabaseError.misuse("a snapshot was read after its end")) { try await notes(kept) }
        await database.close()
        await #expect(throws: DatabaseError.unavailable("closed")) { try await database.withSnapshot { try await notes($0) } }
    }

    @Test("where its connection is lost the reads fail: another would see another state", .enabled(if: Engine.allCases.contains(.postgres)))
    func lost() async throws {
        let schema = try PostgresSchema()
        let database = try schema.open()
        try await database.migrate([.notes])
        let found = await #expect(throws: DatabaseError.self) {
            try await database.withSnapshot { snapshot in
                let process = try await snapshot.read { transaction in
                    try transaction.first("SELECT pg_backend_pid()") { row throws(DatabaseError) in try row.int(0) }
                }
                try PostgresSchema.run("SELECT pg_terminate_backend(\(try #require(process)), 5000)")
                return try await notes(snapshot)
            }
        }
        if case .unavailable = found {} else { Issue.record("\(String(describing: found))") }
        #expect(try await database.notes().isEmpty)
    }
}

private func notes(_ snapshot: Snapshot) async throws -> [String] {
    try await snapshot.read { try $0.query("SELECT body FROM note ORDER BY id") { row throws(DatabaseError) in try row.text(0) } }
}
