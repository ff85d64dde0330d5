import Dispatch
import GRDB
import Synchronization

/// SQLite behind the engine seam: one connection that writes, a few that read, each with a serial queue of its own, so
/// that nothing blocks the cooperative pool. GRDB opens, configures and schedules the connections.
final class SQLiteEngine: DatabaseEngine {
    enum Durability: String {
        /// Every commit is flushed to disk before it is acknowledged.
        case full = "FULL"
        /// Nothing is flushed: for stores that end with their process.
        case off = "OFF"
    }

    /// Beyond this many waiting writes a new one is refused at once, so that overload is an answer and not a queue without end.
    static let pendingWriteLimit = 1024
    static let pendingReadLimit = 4096

    private let file: SQLiteFile
    private let writer: SQLiteLane<any PendingWrite>
    private let readers: Mutex<Readers>
    private let readerLimit: Int

    private struct Readers {
        var lanes: [SQLiteLane<any PendingRead>]
        var isGrowing = false
        var isClosed = false
    }

    init(path: String, readers: Int, durability: Durability) throws(DatabaseError) {
        file = try SQLiteFile(path: path, durability: durability)
        writer = SQLiteLane(queue: try file.openWriter(), limit: SQLiteEngine.pendingWriteLimit, drain: GroupCommit.run)
        try file.restrictSidecars()
        self.readers = Mutex(Readers(lanes: [try SQLiteEngine.reader(file)]))
        readerLimit = max(1, readers)
    }

    private init(temporary file: SQLiteFile) throws(DatabaseError) {
        self.file = file
        writer = SQLiteLane(queue: try file.openWriter(), limit: SQLiteEngine.pendingWriteLimit, drain: GroupCommit.run)
        readers = Mutex(Readers(lanes: [try SQLiteEngine.reader(file)]))
        readerLimit = 2
    }

    static func temporary() throws(DatabaseError) -> SQLiteEngine {
        try SQLiteEngine(temporary: try SQLiteFile.temporary())
    }

    func submit(_ write: any PendingWrite) {
        if let refusal = writer.submit(write) { write.fail(refusal) }
    }

    func submit(_ read: any PendingRead) {
        let lane = readers.withLock { readers in
            let idlest = readers.lanes.min { $0.load < $1.load }
            if let idlest, idlest.load > 0 { grow(&readers) }
            return idlest
        }
        guard let lane else { return read.fail(.unavailable("closed")) }
        if let refusal = lane.submit(read) { read.fail(refusal) }
    }

    /// Opens one more reading connection off the caller's thread. Should it fail, the lanes there are carry on.
    private func grow(_ readers: inout Readers) {
        guard readers.lanes.count < readerLimit, !readers.isGrowing, !readers.isClosed else { return }
        readers.isGrowing = true
        DispatchQueue.global().async { [self] in
            let lane = try? SQLiteEngine.reader(file)
            let surplus = self.readers.withLock { readers -> SQLiteLane<any PendingRead>? in
                readers.isGrowing = false
                if readers.isClosed { return lane }
                if let lane { readers.lanes.append(lane) }
                return nil
            }
            surplus?.closeNow()
        }
    }

    private static func reader(_ file: SQLiteFile) throws(DatabaseError) -> SQLiteLane<any PendingRead> {
        SQLiteLane(queue: try file.openReader(), limit: pendingReadLimit) { connection, reads in
            runReads(reads, on: connection)
        }
    }

    /// One snapshot serves all reads that waited: it begins after each of them was asked for.
    private static func runReads(_ reads: [any PendingRead], on connection: SQLiteConnection) {
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
        let lanes = readers.withLock { readers in
            defer { readers.lanes = [] }
            readers.isClosed = true
            return readers.lanes
        }
        for lane in lanes { await lane.close() }
        await writer.close()
        file.removeIfTemporary()
    }

    deinit {
        file.removeIfTemporary()
    }
}
