import Database
import Dispatch
import Synchronization
import Testing

@Suite("Writes and group commit")
struct GroupCommitTests {
    @Test("what was written is read by the next read") func roundTrip() async throws {
        let database = try await Database.withNotes()
        for number in 0..<50 {
            try await database.add("note \(number)")
            #expect(try await database.notes().last == "note \(number)")
        }
    }

    @Test("a write that throws leaves nothing, and its error comes back unchanged") func alone() async throws {
        let database = try await Database.withNotes()
        await #expect(throws: Refusal(number: 7)) {
            try await database.write { transaction in
                try transaction.execute("INSERT INTO note (body) VALUES ('half')")
                throw Refusal(number: 7)
            }
        }
        #expect(try await database.notes().isEmpty)
        try await database.add("next")
        #expect(try await database.notes() == ["next"])
    }

    @Test("within a group a rejected write is undone alone") func withinGroup() async throws {
        let database = try await Database.withNotes()
        let gate = await Gate(on: database)
        let writes = (0..<100).map { number in
            Task {
                try await database.write { transaction in
                    try transaction.execute("INSERT INTO note (body) VALUES (\("note \(number)"))")
                    if number % 3 == 0 { throw Refusal(number: number) }
                }
            }
        }
        try await gate.open()
        for (number, write) in writes.enumerated() {
            let result = await write.result
            if number % 3 == 0 {
                #expect(throws: Refusal(number: number)) { try result.get() }
            } else {
                #expect(throws: Never.self) { try result.get() }
            }
        }
        let kept = Set(try await database.notes())
        #expect(kept == Set((0..<100).filter { $0 % 3 != 0 }.map { "note \($0)" }))
    }

    @Test("within a group a failing statement fails its own write only") func failingStatement() async throws {
        let database = try await Database.withNotes()
        let gate = await Gate(on: database)
        let good = Task { try await database.add("good") }
        let bad = Task { try await database.add("bad") }
        let unknown = Task { try await database.write { try $0.execute("INSERT INTO nowhere (body) VALUES ('x')") } }
        let last = Task { try await database.add("last") }
        try await gate.open()
        try await good.value
        try await last.value
        await #expect(throws: DatabaseError.checkViolation("body <> 'bad'")) { try await bad.value }
        await #expect(throws: DatabaseError.self) { try await unknown.value }
        #expect(Set(try await database.notes()) == ["good", "last"])
    }

    @Test("when one write ends the group's transaction, the others run again and are kept") func lostTransaction() async throws {
        let database = try await Database.withNotes()
        let gate = await Gate(on: database)
        let writes = (0..<20).map { number in Task { try await database.add("note \(number)") } }
        let culprit = Task { try await database.write { try $0.execute("ROLLBACK") } }
        let more = (20..<40).map { number in Task { try await database.add("note \(number)") } }
        try await gate.open()
        for write in writes + more { try await write.value }
        await #expect(throws: DatabaseError.self) { try await culprit.value }
        #expect(Set(try await database.notes()) == Set((0..<40).map { "note \($0)" }))
    }

    @Test("of many simultaneous inserts of one key exactly one wins") func oneWinner() async throws {
        let database = try await Database.withNotes()
        let wins = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    do {
                        try await database.add("the only one")
                        return true
                    } catch {
                        #expect(error as? DatabaseError == .uniqueViolation("note.body"))
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(wins == 1)
        #expect(try await database.notes() == ["the only one"])
    }

    @Test("a full disk is unavailable, keeps what was there, and passes") func fullDisk() async throws {
        let database = try await Database.withNotes()
        try await database.add("before")
        let pages = try await database.write { transaction in
            try transaction.first("PRAGMA page_count") { row throws(DatabaseError) in try row.integer(0) } ?? 0
        }
        let limit = { (pages: Int64) in
            try await database.write { transaction in
                _ = try transaction.query(pages == 0 ? "PRAGMA max_page_count = 100000" : "PRAGMA max_page_count = 4") { _ throws(DatabaseError) in }
            }
        }
        try await limit(pages)
        let large = String(repeating: "x", count: 1_000_000)
        let gate = await Gate(on: database)
        let writes = (0..<5).map { number in Task { try await database.add("small \(number)") } }
        let tooLarge = Task { try await database.add(large) }
        try await gate.open()
        await #expect(throws: DatabaseError.unavailable("database or disk is full (SQLite 13)")) { try await tooLarge.value }
        for write in writes { try await write.value }
        try await limit(0)
        try await database.add(large)
        #expect(try await database.notes().count == 7)
    }

    @Test("a closed database refuses reads and writes, and closing twice is harmless") func closed() async throws {
        let database = try await Database.withNotes()
        await database.close()
        await database.close()
        await #expect(throws: DatabaseError.unavailable("closed")) { try await database.add("late") }
        await #expect(throws: DatabaseError.unavailable("closed")) { try await database.notes() }
    }

    @Test("of writes that meet a closing database each is kept and acknowledged, or refused and absent") func closeDrains() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("drain.db")
        let database = try Database.openSQLite(path: path, timeSource: .system)
        try await database.write { try $0.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE)") }
        let gate = await Gate(on: database)
        let writes = (0..<200).map { number in Task { try await database.add("note \(number)") } }
        let closing = Task { await database.close() }
        try await gate.open()
        await closing.value
        var acknowledged: Set<String> = []
        for (number, write) in writes.enumerated() {
            switch await write.result {
            case .success: acknowledged.insert("note \(number)")
            case .failure(let error): #expect(error as? DatabaseError == .unavailable("closed"))
            }
        }
        let again = try Database.openSQLite(path: path, timeSource: .system)
        #expect(Set(try await again.notes()) == acknowledged)
        await again.close()
    }
}
