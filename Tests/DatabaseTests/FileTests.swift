import Database
import Dispatch
import Foundation
import Testing

@Suite("The database file")
struct FileTests {
    private func modes(_ path: String) throws -> [Int] {
        try ["", "-wal", "-shm"].map { suffix in
            let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
            return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? -1
        }
    }

    @Test("a new file, its log and its index are for their owner alone")
    func newFile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("portico.db")
        let database = try Database.openSQLite(path: path, timeSource: .system)
        try await database.write { try $0.execute("CREATE TABLE note (id INTEGER PRIMARY KEY)") }
        #expect(try modes(path) == [0o600, 0o600, 0o600])
        await database.close()
    }

    @Test("a file that others may read is narrowed when it is opened")
    func widerFile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("portico.db")
        #expect(FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o644]))
        let database = try Database.openSQLite(path: path, timeSource: .system)
        try await database.write { try $0.execute("CREATE TABLE note (id INTEGER PRIMARY KEY)") }
        #expect(try modes(path) == [0o600, 0o600, 0o600])
        await database.close()
    }

    @Test(
        "commits are flushed, foreign keys hold, and the cache is bounded",
        arguments: [
            ("PRAGMA synchronous", 2), ("PRAGMA foreign_keys", 1), ("PRAGMA cache_size", -2048), ("PRAGMA busy_timeout", 5000),
        ] as [(SQL, Int)])
    func settings(pragma: SQL, expected: Int) async throws {
        let folder = try TemporaryFolder()
        let database = try Database.openSQLite(path: folder.path("portico.db"), timeSource: .system)
        let value = try await database.write { try $0.first(pragma) { row throws(DatabaseError) in try row.int(0) } }
        #expect(value == expected)
        await database.close()
    }

    @Test("a read keeps its snapshot while others write")
    func snapshot() async throws {
        let database = try await Database.withNotes()
        try await database.add("first")
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let written = DispatchSemaphore(value: 0)
        async let counts = database.read { transaction in
            let count = { try transaction.first("SELECT COUNT(*) FROM note") { row throws(DatabaseError) in try row.int(0) } }
            let before = try count()
            begin.finish()
            written.wait()
            return [before, try count()]
        }
        for await _ in begun {}
        try await database.add("second")
        written.signal()
        #expect(try await counts == [1, 1])
        #expect(try await database.notes().count == 2)
    }

    @Test("a slow read does not hold up the others")
    func readersGrow() async throws {
        let database = try await Database.withNotes()
        let (begun, begin) = AsyncStream<Void>.makeStream()
        let done = DispatchSemaphore(value: 0)
        async let slow: Void = database.read { _ in
            begin.finish()
            done.wait()
        }
        for await _ in begun {}
        // Each of these waits for a connection that is not held; were there none, this would never end.
        for _ in 0..<200 { #expect(try await database.notes().isEmpty) }
        done.signal()
        try await slow
    }
}

@Suite("Closing under load")
struct ClosingTests {
    @Test("reads and writes that meet a closing database are answered or refused, none is forgotten", arguments: 0..<20)
    func race(round: Int) async throws {
        let database = try await Database.withNotes()
        let (answered, refused) = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do {
                        if number % 2 == 0 { try await database.add("note \(number)") } else { _ = try await database.notes() }
                        return true
                    } catch {
                        #expect(error as? DatabaseError == .unavailable("closed"))
                        return false
                    }
                }
                if number == 20 + round {
                    group.addTask {
                        await database.close()
                        return true
                    }
                }
            }
            return await group.reduce((0, 0)) { $1 ? ($0.0 + 1, $0.1) : ($0.0, $0.1 + 1) }
        }
        #expect(answered + refused == 101)
    }
}
