/// SQLite behind the engine seam: one connection that writes and a few that read, each on a serial queue of its own, so
/// that nothing blocks the cooperative pool. GRDB opens, configures and schedules the connections.
final class SQLiteEngine: DatabaseEngine {
    enum Durability: String {
        /// Every commit is flushed to disk before it is acknowledged.
        case full = "FULL"
        /// Nothing is flushed: for stores that end with their process.
        case off = "OFF"
    }

    private let file: SQLiteFile
    private let writer: Lanes<any PendingWrite, SQLiteLane>
    private let readers: Lanes<any PendingRead, SQLiteLane>

    convenience init(path: String, readers: Int, durability: Durability) throws(DatabaseError) {
        try self.init(try SQLiteFile(path: path, durability: durability), readers: readers)
    }

    static func temporary() throws(DatabaseError) -> SQLiteEngine {
        try SQLiteEngine(try SQLiteFile.temporary(), readers: 2)
    }

    /// On a file whose contents and mode stay as they are: what asks to write is refused by SQLite.
    static func reading(path: String) throws(DatabaseError) -> SQLiteEngine {
        try SQLiteEngine(SQLiteFile(existing: path), readers: 1, mayWrite: false)
    }

    private init(_ file: SQLiteFile, readers: Int, mayWrite: Bool = true) throws(DatabaseError) {
        self.file = file
        writer = try Lanes(
            LaneLimits(waiting: 1024, lanes: 1, batch: 256),
            open: { () throws(DatabaseError) in SQLiteLane(try mayWrite ? file.openWriter() : file.openReader()) }, drain: GroupCommit.run)
        if mayWrite { try file.restrictSidecars() }
        self.readers = try Lanes(
            LaneLimits(waiting: 4096, lanes: max(1, readers), batch: 16), open: { () throws(DatabaseError) in SQLiteLane(try file.openReader()) },
            drain: SQLiteEngine.runReads)
    }

    let dialect = SQLDialect.sqlite

    func submit(_ write: any PendingWrite) {
        if let refusal = writer.submit(write) { write.fail(refusal) }
    }

    func submit(_ read: any PendingRead) {
        if let refusal = readers.submit(read) { read.fail(refusal) }
    }

    func announcements() -> AsyncStream<Void> { AsyncStream { $0.finish() } }

    /// One snapshot serves all reads that waited: it begins after each of them was asked for.
    @Sendable private static func runReads(on connection: SQLiteConnection, _ reads: [any PendingRead]) {
        do throws(DatabaseError) {
            try connection.control("BEGIN")
        } catch {
            for read in reads { read.fail(error) }
            return
        }
        for read in reads { _ = read.run(on: connection) }
        connection.endSnapshot()
    }

    func close() async {
        await readers.close()
        await writer.close()
        file.removeIfTemporary()
    }

    deinit {
        file.removeIfTemporary()
    }
}
