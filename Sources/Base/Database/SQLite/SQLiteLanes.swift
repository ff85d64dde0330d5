import Dispatch
import GRDB
import Synchronization

/// Work waiting for one of a few connections, each with a serial queue of its own. Work that arrives while every connection is
/// busy is handed over several at a time, which is what lets writes share a commit and reads share a snapshot.
final class SQLiteLanes<Job: Sendable>: Sendable {
    struct Limits {
        /// Beyond this many waiting jobs a new one is refused at once: overload is an answer and not a queue without end.
        let waiting: Int
        /// The most connections; all but the first are opened when work waits for them.
        let connections: Int
        /// The most jobs handed over together.
        let batch: Int
    }

    private struct State {
        var waiting: [Job] = []
        var connections: [DatabaseQueue]
        /// Those with nothing to do. While any is here, nothing waits.
        var idle: [DatabaseQueue]
        var isGrowing = false
        var isClosed = false
    }

    private let limits: Limits
    private let open: @Sendable () throws(DatabaseError) -> DatabaseQueue
    private let drain: @Sendable (SQLiteConnection, [Job]) -> Void
    private let state: Mutex<State>

    init(
        _ limits: Limits, open: @escaping @Sendable () throws(DatabaseError) -> DatabaseQueue,
        drain: @escaping @Sendable (SQLiteConnection, [Job]) -> Void
    ) throws(DatabaseError) {
        self.limits = limits
        self.open = open
        self.drain = drain
        let first = try open()
        state = Mutex(State(connections: [first], idle: [first]))
    }

    /// Accepts `job`, or answers why not.
    func submit(_ job: Job) -> DatabaseError? {
        state.withLock { state in
            if state.isClosed { return .unavailable("closed") }
            if state.waiting.count >= limits.waiting { return .unavailable("too much work is waiting for the database") }
            state.waiting.append(job)
            if let connection = state.idle.popLast() {
                wake(connection)
            } else if state.connections.count < limits.connections, !state.isGrowing {
                state.isGrowing = true
                grow()
            }
            return nil
        }
    }

    /// Lets a connection that is not idle work until nothing waits.
    ///
    /// Called with the state locked: its turn is then in the connection's queue before `close` can put the closing there.
    private func wake(_ connection: DatabaseQueue) {
        connection.asyncUnsafeRead { [self] access in
            // A queue of one connection hands that out; it has no failure to report.
            guard case .success(let database) = access else { return }
            let handle = SQLiteConnection(database)
            while let jobs = take(for: connection) { drain(handle, jobs) }
        }
    }

    private func take(for connection: DatabaseQueue) -> [Job]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.idle.append(connection)
                return nil
            }
            // A fair share, so that one connection does not take what another could begin at once.
            let share = (state.waiting.count + state.connections.count - 1) / state.connections.count
            let count = min(share, limits.batch)
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting.prefix(count))
        }
    }

    /// Opens one more connection off the caller's thread. Should it fail, those there are carry on.
    private func grow() {
        DispatchQueue.global().async { [self] in
            let connection = try? open()
            state.withLock { state in
                state.isGrowing = false
                guard let connection, !state.isClosed else { return }
                state.connections.append(connection)
                wake(connection)
            }
        }
    }

    /// Refuses new work, finishes what was accepted, closes the connections.
    func close() async {
        let connections: [DatabaseQueue] = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed ? [] : state.connections
        }
        guard !connections.isEmpty else { return }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                // A queue is serial, so closing waits behind the work it has begun; one that failed to close does so when it is released.
                for connection in connections { try? connection.close() }
                continuation.resume()
            }
        }
    }
}
