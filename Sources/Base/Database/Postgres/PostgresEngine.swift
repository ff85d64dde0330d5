/// PostgreSQL behind the engine seam: a bounded pool of connections, each with a serial queue of its own, half for reads and half for writes.
/// libpq speaks to the server.
final class PostgresEngine: DatabaseEngine {
    private let writers: Lanes<any PendingWrite, PostgresLane>
    private let readers: Lanes<any PendingRead, PostgresLane>
    private let listener: PostgresListener

    /// Connects to nothing yet: the first transaction does.
    init(_ server: PostgresServer, connections: Int) throws(DatabaseError) {
        let transactions = PostgresTransactions()
        let outage = PostgresOutage()
        let open: @Sendable () throws(DatabaseError) -> PostgresLane = { PostgresLane(server, outage) }
        let half = max(1, connections / 2)
        // What waits is bounded by what a pool of this size gets through in a second or two.
        writers = try Lanes(LaneLimits(waiting: 64 * half, lanes: half, batch: 1), open: open) { session, writes in
            for write in writes { transactions.run(write, in: session) }
        }
        readers = try Lanes(LaneLimits(waiting: 128 * half, lanes: max(1, connections - half), batch: 16), open: open) { session, reads in
            transactions.run(reads, in: session)
        }
        listener = PostgresListener(server)
    }

    let dialect = SQLDialect.postgres

    func submit(_ write: any PendingWrite) {
        if let refusal = writers.submit(write) { write.fail(refusal) }
    }

    func submit(_ read: any PendingRead) {
        if let refusal = readers.submit(read) { read.fail(refusal) }
    }

    func announcements() -> AsyncStream<Void> { listener.announcements() }

    func close() async {
        listener.close()
        await readers.close()
        await writers.close()
    }

    deinit { listener.close() }
}
