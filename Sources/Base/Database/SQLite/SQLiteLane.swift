import Dispatch
import GRDB
import Synchronization

/// One connection, its serial queue, and the work waiting for it. Work that arrives while the connection is busy is handed
/// over together, which is what lets writes share a commit and reads share a snapshot.
final class SQLiteLane<Job: Sendable>: Sendable {
    private struct State {
        var pending: [Job] = []
        var isScheduled = false
        var isClosed = false
        var load = 0
    }

    private let queue: DatabaseQueue
    private let limit: Int
    private let drain: @Sendable (SQLiteConnection, [Job]) -> Void
    private let state = Mutex(State())

    init(queue: DatabaseQueue, limit: Int, drain: @escaping @Sendable (SQLiteConnection, [Job]) -> Void) {
        self.queue = queue
        self.limit = limit
        self.drain = drain
    }

    /// Jobs accepted and not finished.
    var load: Int { state.withLock(\.load) }

    /// Accepts `job`, or answers why not.
    func submit(_ job: Job) -> DatabaseError? {
        let (refusal, mustSchedule) = state.withLock { state -> (DatabaseError?, Bool) in
            if state.isClosed { return (.unavailable("closed"), false) }
            if state.pending.count >= limit { return (.unavailable("too much work is waiting for the database"), false) }
            state.pending.append(job)
            state.load += 1
            defer { state.isScheduled = true }
            return (nil, !state.isScheduled)
        }
        if mustSchedule { schedule() }
        return refusal
    }

    private func schedule() {
        queue.asyncUnsafeRead { [self] access in
            switch access {
            case .success(let database):
                let connection = SQLiteConnection(database)
                while let jobs = takePending() {
                    drain(connection, jobs)
                    state.withLock { $0.load -= jobs.count }
                }
            case .failure:
                // asyncUnsafeRead hands out the connection it owns and has no failure; were there one, the jobs wait for the next round.
                state.withLock { $0.isScheduled = false }
            }
        }
    }

    private func takePending() -> [Job]? {
        state.withLock { state in
            guard !state.pending.isEmpty else {
                state.isScheduled = false
                return nil
            }
            defer { state.pending = [] }
            return state.pending
        }
    }

    /// Refuses new work, finishes what was accepted, closes the connection.
    func close() async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                closeNow()
                continuation.resume()
            }
        }
    }

    /// As `close`, blocking the thread: the queue is serial, so closing waits behind the accepted work.
    func closeNow() {
        state.withLock { $0.isClosed = true }
        do {
            try queue.close()
        } catch {
            // The connection is closed when the queue is released.
        }
    }
}
