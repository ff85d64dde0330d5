import Database
import Primitives

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Measures what the `Database` floor adds to SQLite: durable commits alone and in groups, and reads of one row.
///
/// `bench-database [FOLDER]` puts its files into FOLDER (default: the current one) and removes them.
@main
enum BenchDatabase {
    static let commits = 3000
    static let reads = 50_000
    static let concurrency = 64

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "--commit-forever", let path = arguments.dropFirst().first {
            try await commitForever(path: path)
        } else {
            try await measureAll(folder: arguments.first ?? ".")
        }
    }

    private static func measureAll(folder: String) async throws {
        let barePath = "\(folder)/bench-bare-\(getpid()).db"
        let path = "\(folder)/bench-database-\(getpid()).db"
        defer { for file in [barePath, path] { for suffix in ["", "-wal", "-shm"] { unlink(file + suffix) } } }
        let bare = try BareSQLite(path: barePath)
        let database = try Database.openSQLite(path: path, timeSource: .system)
        try await database.write {
            try $0.execute("CREATE TABLE item (id BLOB NOT NULL PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID")
        }
        let body = [UInt8](repeating: 0x61, count: 200)
        print(Measurement.heading)

        print(
            try await measure("bare SQLite, one durable commit", operations: commits) {
                for number in 0..<commits { try bare.insert(key(number), body) }
            }.line)
        print(
            try await measure("Database.write, one at a time", operations: commits) {
                for number in 0..<commits { try await insert(number, body, into: database) }
            }.line)
        print(
            try await measure("Database.write, \(concurrency) at a time", operations: commits * 10) {
                try await concurrently(commits * 10) { number in try await insert(commits + number, body, into: database) }
            }.line)
        print(
            try await measure("bare SQLite, one row read", operations: reads) {
                for number in 0..<reads { try bare.select(key(number % commits)) }
            }.line)
        print(
            try await measure("Database.read, one at a time", operations: reads) {
                for number in 0..<reads { try await select(number % commits, from: database) }
            }.line)
        print(
            try await measure("Database.read, \(concurrency) at a time", operations: reads) {
                try await concurrently(reads) { number in try await select(number % commits, from: database) }
            }.line)
        await database.close()
    }

    private static func insert(_ number: Int, _ body: [UInt8], into database: Database) async throws {
        let id = key(number)
        try await database.write { transaction in
            try transaction.execute("INSERT INTO item (id, body) VALUES (\(id), \(body))")
        }
    }

    private static func select(_ number: Int, from database: Database) async throws {
        let id = key(number)
        _ = try await database.read { transaction in
            try transaction.first("SELECT body FROM item WHERE id = \(id)") { row throws(DatabaseError) in try row.blob(0) }
        }
    }

    private static func concurrently(_ count: Int, _ work: @escaping @Sendable (Int) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<concurrency {
                group.addTask { for number in stride(from: worker, to: count, by: concurrency) { try await work(number) } }
            }
            try await group.waitForAll()
        }
    }

    /// 32 bytes that spread over the table as digests do, and are the same for the same number.
    private static func key(_ number: Int) -> [UInt8] {
        var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        return (0..<32).map { _ in
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }

    /// Commits numbered rows until it is killed, from several tasks, and prints each number once it was acknowledged. The crash
    /// test kills this process and looks for every printed number.
    private static func commitForever(path: String) async throws {
        let database = try Database.openSQLite(path: path, timeSource: .system)
        try await database.write { try $0.execute("CREATE TABLE IF NOT EXISTS acknowledged (id TEXT NOT NULL PRIMARY KEY)") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var number = 0
                    while true {
                        let id = "\(getpid())-\(worker)-\(number)"
                        try await database.write { try $0.execute("INSERT INTO acknowledged (id) VALUES (\(id))") }
                        var line = Array("\(id)\n".utf8)
                        // One write to a pipe of less than PIPE_BUF bytes is never mixed with another's.
                        guard Glibc.write(STDOUT_FILENO, &line, line.count) == line.count else { return }
                        number += 1
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
