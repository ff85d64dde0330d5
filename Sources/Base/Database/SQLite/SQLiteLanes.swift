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
        /// Resumed when the last accepted job is done: closing waits for it.
        var closing: CheckedContinuation<Void, Never>?
        var isAtRest: Bool { idle.count == connections.count }

        mutating func accept(_ job: Job, _ limits: Limits) -> Step {
            if isClosed { return .refuse("closed") }
            if waiting.count >= limits.waiting { return .refuse("too much work is waiting for the database") }
            waiting.append(job)
            if let connection = idle.popLast() { return .wake(connection) }
            guard connections.count < limits.connections, !isGrowing else { return .wait }
            isGrowing = true
            return .grow
        }

        mutating func rest(_ connection: DatabaseQueue) {
            idle.append(connection)
            guard isAtRest, let closing else { return }
            self.closing = nil
            closing.resume()
        }
    }

    private enum Step {
        case refuse(String)
        case wake(DatabaseQueue)
        case grow
        /// Every connection is busy: the first that is done takes it.
        case wait
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
        switch state.withLock({ $0.accept(job, limits) }) {
        case .refuse(let reason): return .unavailable(reason)
        case .wake(let connection): wake(connection)
        case .grow: grow()
        case .wait: break
        }
        return nil
    }

    /// Lets a connection that is not idle work until nothing waits.
    ///
    /// Called without the lock, which waking a thread would hold for as long as a query takes.
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
                state.rest(connection)
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
            let isWanted = state.withLock { state in
                state.isGrowing = false
                guard let connection, !state.isClosed else { return false }
                state.connections.append(connection)
                return true
            }
            if isWanted, let connection { wake(connection) }
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
            let isAtRest = state.withLock { state in
                if !state.isAtRest { state.closing = continuation }
                return state.isAtRest
            }
            if isAtRest { continuation.resume() }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                // One that failed to close does so when it is released.
                for connection in connections { try? connection.close() }
                continuation.resume()
            }
        }
    }
}
