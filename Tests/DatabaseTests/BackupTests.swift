import Database
import Foundation
import Synchronization
import Testing

@Suite("Copies of a SQLite database")
struct BackupTests {
    /// A database with some notes, open.
    private func database(_ path: String, notes: Int = 20) async throws -> Database {
        let database = try Database.openSQLite(path: path, timeSource: .system)
        try await database.migrate([.notes])
        for number in 0..<notes { try await database.add("note \(number)") }
        return database
    }

    private func notes(_ path: String) async throws -> [String] {
        let database = try Database.openSQLiteForReading(path: path, timeSource: .system)
        let notes = try await database.notes()
        await database.close()
        return notes
    }

    private func attempt(_ body: () throws -> Void) -> DatabaseError? {
        do {
            try body()
            return nil
        } catch {
            return error as? DatabaseError
        }
    }

    @Test("a copy made while the database is open is one complete file for its owner alone")
    func copy() async throws {
        let folder = try TemporaryFolder()
        let (path, copy) = (folder.path("portico.db"), folder.path("copy.db"))
        let database = try await database(path)
        var steps: [Int] = []
        try Database.backUpSQLite(path: path, to: copy) { copied, total in steps.append(total - copied) }
        #expect(steps.last == 0)
        #expect(try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int == 0o600)
        #expect(try await notes(copy) == database.notes())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")).filter { $0.hasPrefix("copy") } == ["copy.db"])
        await database.close()
    }

    @Test("a write in the middle of the copying neither waits for it, nor begins it anew, nor is in the copy")
    func busy() async throws {
        let folder = try TemporaryFolder()
        let (path, copy) = (folder.path("portico.db"), folder.path("copy.db"))
        let database = try await database(path, notes: 0)
        let text = String(repeating: "long ", count: 2000)
        try await database.write { transaction in
            for number in 0..<600 { try transaction.execute("INSERT INTO note (body) VALUES (\("\(number) " + text))") }
        }
        let remaining = Mutex<[Int]>([])
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        try Database.backUpSQLite(path: path, to: copy) { copied, total in
                            remaining.withLock { $0.append(total - copied) }
                            // The step goes on once the write is acknowledged.
                            let written = DispatchSemaphore(value: 0)
                            Task {
                                try await database.add("written with \(total - copied) pages to go")
                                written.signal()
                            }
                            written.wait()
                        }
                    })
            }
        }
        let steps = remaining.withLock { $0 }
        #expect(steps.count > 3)
        #expect(steps == steps.sorted(by: >), "it never began anew: \(steps)")
        #expect(try await notes(copy).count == 600)
        #expect(try await database.notes().count == 600 + steps.count)
        await database.close()
    }

    @Test("a file that exists is not written over, and stays as it was")
    func existing() async throws {
        let folder = try TemporaryFolder()
        let (path, copy) = (folder.path("portico.db"), folder.path("copy.db"))
        await (try database(path)).close()
        #expect(FileManager.default.createFile(atPath: copy, contents: Data("mine".utf8)))
        #expect(attempt { try Database.backUpSQLite(path: path, to: copy) { _, _ in } } == .unavailable("the file \(copy) exists already"))
        #expect(FileManager.default.contents(atPath: copy) == Data("mine".utf8))
    }

    @Test("what a killed backup left behind is no backup, and does not stand in the way of the next")
    func leftover() async throws {
        let folder = try TemporaryFolder()
        let (path, copy) = (folder.path("portico.db"), folder.path("copy.db"))
        await (try database(path)).close()
        for suffix in ["", "-journal", "-wal"] {
            #expect(FileManager.default.createFile(atPath: copy + ".part" + suffix, contents: Data(repeating: 7, count: 9000)))
        }
        try Database.backUpSQLite(path: path, to: copy) { _, _ in }
        #expect(try await notes(copy).count == 20)
        #expect(!FileManager.default.fileExists(atPath: copy + ".part-wal"))
    }

    @Test("two backups to one file at once: one is refused")
    func race() async throws {
        let folder = try TemporaryFolder()
        let (path, copy) = (folder.path("portico.db"), folder.path("copy.db"))
        await (try database(path)).close()
        var second: DatabaseError?
        try Database.backUpSQLite(path: path, to: copy) { _, _ in
            second = attempt { try Database.backUpSQLite(path: path, to: copy) { _, _ in } }
        }
        #expect(second == .unavailable("another process is writing \(copy).part"))
        #expect(try await notes(copy).count == 20)
    }

    @Test("what is missing, no database, or damaged gives no copy", arguments: ["missing", "text", "damaged"])
    func unusable(kind: String) async throws {
        let folder = try TemporaryFolder()
        let (path, copy) = (folder.path("portico.db"), folder.path("copy.db"))
        switch kind {
        case "text": #expect(FileManager.default.createFile(atPath: path, contents: Data(repeating: 0x41, count: 8192)))
        case "damaged":
            await (try database(path, notes: 500)).close()
            var bytes = try #require(FileManager.default.contents(atPath: path))
            for index in 4096..<8192 { bytes[index] = UInt8(index % 251) }
            #expect(FileManager.default.createFile(atPath: path, contents: bytes))
        default: break
        }
        switch attempt({ try Database.backUpSQLite(path: path, to: copy) { _, _ in } }) {
        case .unavailable where kind == "missing": break
        case .corrupt where kind != "missing": break
        case let other: Issue.record("\(kind): \(String(describing: other))")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("")).filter { $0.hasPrefix("copy") } == [])
    }

    @Test("opened for reading, a database refuses writes and keeps its mode")
    func reading() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("portico.db")
        await (try database(path)).close()
        #expect(chmod(path, 0o640) == 0)
        let reading = try Database.openSQLiteForReading(path: path, timeSource: .system)
        #expect(try await reading.notes().count == 20)
        await #expect(throws: DatabaseError.self) { try await reading.add("no") }
        await reading.close()
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
    }
}

@Suite("One database file in place of another")
struct ReplacementTests {
    private func make(_ path: String, _ note: String) async throws {
        let database = try Database.openSQLite(path: path, timeSource: .system)
        try await database.migrate([.notes])
        try await database.add(note)
        await database.close()
    }

    private func notes(_ path: String) async throws -> [String] {
        let database = try Database.openSQLite(path: path, timeSource: .system)
        let notes = try await database.notes()
        await database.close()
        return notes
    }

    @Test("the former file stays under its new name")
    func replaced() async throws {
        let folder = try TemporaryFolder()
        let (path, draft, aside) = (folder.path("portico.db"), folder.path("draft"), folder.path("aside"))
        try await make(path, "former")
        try await make(draft, "new")
        try Database.replaceSQLite(path: path, by: draft, keeping: aside)
        #expect(try await notes(path) == ["new"])
        #expect(try await notes(aside) == ["former"])
        #expect(!FileManager.default.fileExists(atPath: draft))
    }

    @Test("where there was none, the file takes the place, and a log without its database does not stay beside it")
    func vacant() async throws {
        let folder = try TemporaryFolder()
        let (path, draft, aside) = (folder.path("portico.db"), folder.path("draft"), folder.path("aside"))
        try await make(draft, "new")
        #expect(FileManager.default.createFile(atPath: path + "-wal", contents: Data("stray".utf8)))
        try Database.replaceSQLite(path: path, by: draft, keeping: aside)
        #expect(try await notes(path) == ["new"])
        #expect(FileManager.default.contents(atPath: aside + "-wal") == Data("stray".utf8))
        #expect(!FileManager.default.fileExists(atPath: aside))
    }

    @Test("a file that somebody has open is not replaced")
    func inUse() async throws {
        let folder = try TemporaryFolder()
        let (path, draft, aside) = (folder.path("portico.db"), folder.path("draft"), folder.path("aside"))
        try await make(path, "former")
        try await make(draft, "new")
        let server = try Database.openSQLite(path: path, timeSource: .system)
        #expect(throws: DatabaseError.unavailable("another process has \(path) open")) {
            try Database.replaceSQLite(path: path, by: draft, keeping: aside)
        }
        try await server.add("goes on")
        await server.close()
        #expect(try await notes(path) == ["former", "goes on"])
        #expect(!FileManager.default.fileExists(atPath: aside))
    }

    @Test("what a crash left in the log of the former file is in what is kept")
    func crashed() async throws {
        let folder = try TemporaryFolder()
        let (path, draft, aside) = (folder.path("portico.db"), folder.path("draft"), folder.path("aside"))
        try await make(draft, "new")
        // A copy of the files of an open database is what a crash leaves.
        let original = folder.path("original")
        let open = try Database.openSQLite(path: original, timeSource: .system)
        try await open.migrate([.notes])
        try await open.add("only in the log")
        for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: original + suffix, toPath: path + suffix) }
        await open.close()
        try Database.replaceSQLite(path: path, by: draft, keeping: aside)
        #expect(try await notes(path) == ["new"])
        #expect(try await notes(aside) == ["only in the log"])
    }

    @Test("a former file that is damaged beyond opening goes aside, and no log of it stays beside the new one")
    func damaged() async throws {
        let folder = try TemporaryFolder()
        let (path, draft, aside) = (folder.path("portico.db"), folder.path("draft"), folder.path("aside"))
        try await make(draft, "new")
        for suffix in ["", "-wal", "-journal"] {
            #expect(FileManager.default.createFile(atPath: path + suffix, contents: Data(repeating: 0x41, count: 8192)))
        }
        try Database.replaceSQLite(path: path, by: draft, keeping: aside)
        #expect(try await notes(path) == ["new"])
        #expect(FileManager.default.contents(atPath: aside)?.count == 8192)
        #expect(!FileManager.default.fileExists(atPath: path + "-journal"))
    }
}
