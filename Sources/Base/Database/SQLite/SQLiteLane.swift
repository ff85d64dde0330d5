import GRDB

/// One connection to the file on GRDB's serial queue.
final class SQLiteLane: Lane {
    private let queue: DatabaseQueue

    init(_ queue: DatabaseQueue) { self.queue = queue }

    func enqueue(_ work: @escaping @Sendable (SQLiteConnection) -> Void) {
        queue.asyncUnsafeRead { access in
            // A queue of one connection hands that out; it has no failure to report.
            guard case .success(let database) = access else { return }
            work(SQLiteConnection(database))
        }
    }

    func close() {
        // One that failed to close does so when it is released.
        try? queue.close()
    }
}
