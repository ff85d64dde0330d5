#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs reads and writes in transactions, and runs again what is safe to run again: a transaction that another one came before, or whose
/// connection broke before its commit was sent. A commit whose answer was lost is not repeated.
final class PostgresTransactions: Sendable {
    private let turns = PostgresTurns()

    /// SERIALIZABLE gives what SQLite's single writer gives: a transaction decides on what is true when it commits.
    private static let beginWrite = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
    private static let beginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

    // MARK: Writes

    func run(_ write: any PendingWrite, in session: PostgresSession) {
        var retries = PostgresRetries()
        while true {
            switch turns.run(after: retries.count, { attempt(write, in: session) }) {
            case .done: return write.succeed()
            case .refused(let error): return write.fail(error)
            case .givenUp(let fault): guard retries.allow(after: fault) else { return write.fail(fault.error) }
            }
        }
    }

    private enum Outcome {
        case done
        case refused(any Error)
        case givenUp(PostgresFailure)
    }

    private func attempt(_ write: any PendingWrite, in session: PostgresSession) -> Outcome {
        let connection: PostgresConnection
        do throws(DatabaseError) { connection = try session.connected() } catch { return .refused(error) }
        connection.begin(Self.beginWrite)
        do {
            try write.run(on: connection)
            guard !connection.hasFailed else { throw DatabaseError.misuse("a transaction went on after a statement had failed") }
            try connection.commit()
            return .done
        } catch {
            // Where the engine gave the transaction up, what the closure made of it does not count.
            let fault = connection.fault
            connection.end("ROLLBACK")
            return fault.map(Outcome.givenUp) ?? .refused(error)
        }
    }

    // MARK: Reads

    /// One snapshot serves all reads that waited: it begins after each of them was asked for.
    func run(_ reads: [any PendingRead], in session: PostgresSession) {
        var waiting = reads[...]
        var retries = PostgresRetries()
        do throws(DatabaseError) {
            while let fault = Self.answer(&waiting, on: try session.connected()) {
                guard retries.allow(after: fault) else { throw fault.error }
            }
        } catch {
            for read in waiting { read.fail(error) }
        }
    }

    /// Answers reads until none waits, or until the engine gives up: then with the reason.
    private static func answer(_ waiting: inout ArraySlice<any PendingRead>, on connection: PostgresConnection) -> PostgresFailure? {
        connection.begin(beginRead)
        while let read = waiting.first {
            guard read.run(on: connection) else {
                let fault = connection.fault
                connection.end("ROLLBACK")
                return fault
            }
            waiting.removeFirst()
            if connection.hasFailed {
                connection.end("ROLLBACK")
                connection.begin(beginRead)
            }
        }
        connection.end("COMMIT")
        return nil
    }
}

/// How often one piece of work has been run again, and how long it waits before the next time.
private struct PostgresRetries {
    private(set) var count = 0
    private var losses = 0

    /// Waits and answers true, or answers false where it has been enough.
    mutating func allow(after fault: PostgresFailure) -> Bool {
        if case .lost = fault.consequence { losses += 1 }
        guard count < 16, losses <= 3 else { return false }
        // From half a millisecond up to 32.
        usleep(500 << UInt32(min(count, 6)))
        count += 1
        return true
    }
}
