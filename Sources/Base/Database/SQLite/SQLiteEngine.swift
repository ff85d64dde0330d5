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
    private let writer: SQLiteLanes<any PendingWrite>
    private let readers: SQLiteLanes<any PendingRead>

    convenience init(path: String, readers: Int, durability: Durability) throws(DatabaseError) {
        try self.init(try SQLiteFile(path: path, durability: durability), readers: readers)
    }

    static func temporary() throws(DatabaseError) -> SQLiteEngine {
        try SQLiteEngine(try SQLiteFile.temporary(), readers: 2)
    }

    private init(_ file: SQLiteFile, readers: Int) throws(DatabaseError) {
        self.file = file
        writer = try SQLiteLanes(
            .init(waiting: 1024, connections: 1, batch: 256), open: { () throws(DatabaseError) in try file.openWriter() }, drain: GroupCommit.run)
        try file.restrictSidecars()
        self.readers = try SQLiteLanes(
            .init(waiting: 4096, connections: max(1, readers), batch: 16), open: { () throws(DatabaseError) in try file.openReader() },
            drain: SQLiteEngine.runReads)
    }

    func submit(_ write: any PendingWrite) {
        if let refusal = writer.submit(write) { write.fail(refusal) }
    }

    func submit(_ read: any PendingRead) {
        if let refusal = readers.submit(read) { read.fail(refusal) }
    }

    /// One snapshot serves all reads that waited: it begins after each of them was asked for.
    @Sendable private static func runReads(on connection: SQLiteConnection, _ reads: [any PendingRead]) {
        do throws(DatabaseError) {
            try connection.control("BEGIN")
        } catch {
            for read in reads { read.fail(error) }
            return
        }
        for read in reads { read.run(on: connection) }
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
