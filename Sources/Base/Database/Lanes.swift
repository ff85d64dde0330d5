import Dispatch
import Synchronization

/// A connection with a serial queue of its own.
protocol Lane: AnyObject, Sendable {
    /// What work on the lane's queue is handed.
    associatedtype Connection
    /// Runs `work` on the lane's queue, without blocking the caller.
    func enqueue(_ work: @escaping @Sendable (Connection) -> Void)
    /// Gives the connection back. Blocks until the queue is empty.
    func close()
}

/// How many lanes there may be, and how much they take on.
struct LaneLimits {
    /// Beyond this many waiting jobs a new one is refused at once: overload is an answer and not a queue without end.
    let waiting: Int
    /// The most lanes; all but the first are opened when work waits for them.
    let lanes: Int
    /// The most jobs handed over together.
    let batch: Int
}

/// Work waiting for one of a few lanes. Work that arrives while every lane is busy is handed over several at a time, which is what lets
/// writes share a commit and reads share a snapshot.
final class Lanes<Job: Sendable, LaneKind: Lane>: Sendable {
    private struct State {
        var waiting: [Job] = []
        var lanes: [LaneKind]
        /// Those with nothing to do. While any is here, nothing waits.
        var idle: [LaneKind]
        var isGrowing = false
        var isClosed = false
        /// Resumed when the last accepted job is done: closing waits for it.
        var closing: CheckedContinuation<Void, Never>?
        var isAtRest: Bool { idle.count == lanes.count }

        mutating func accept(_ job: Job, _ limits: LaneLimits) -> Step {
            if isClosed { return .refuse("closed") }
            if waiting.count >= limits.waiting { return .refuse("too much work is waiting for the database") }
            waiting.append(job)
            if let lane = idle.popLast() { return .wake(lane) }
            guard lanes.count < limits.lanes, !isGrowing else { return .wait }
            isGrowing = true
            return .grow
        }

        mutating func rest(_ lane: LaneKind) {
            idle.append(lane)
            guard isAtRest, let closing else { return }
            self.closing = nil
            closing.resume()
        }
    }

    private enum Step {
        case refuse(String)
        case wake(LaneKind)
        case grow
        /// Every lane is busy: the first that is done takes it.
        case wait
    }

    private let limits: LaneLimits
    private let open: @Sendable () throws(DatabaseError) -> LaneKind
    private let drain: @Sendable (LaneKind.Connection, [Job]) -> Void
    private let state: Mutex<State>

    init(
        _ limits: LaneLimits, open: @escaping @Sendable () throws(DatabaseError) -> LaneKind,
        drain: @escaping @Sendable (LaneKind.Connection, [Job]) -> Void
    ) throws(DatabaseError) {
        self.limits = limits
        self.open = open
        self.drain = drain
        let first = try open()
        state = Mutex(State(lanes: [first], idle: [first]))
    }

    /// Accepts `job`, or answers why not.
    func submit(_ job: Job) -> DatabaseError? {
        switch state.withLock({ $0.accept(job, limits) }) {
        case .refuse(let reason): return .unavailable(reason)
        case .wake(let lane): wake(lane)
        case .grow: grow()
        case .wait: break
        }
        return nil
    }

    /// Lets a lane that is not idle work until nothing waits.
    ///
    /// Called without the lock, which waking a thread would hold for as long as a query takes.
    private func wake(_ lane: LaneKind) {
        lane.enqueue { [self] connection in
            while let jobs = take(for: lane) { drain(connection, jobs) }
        }
    }

    private func take(for lane: LaneKind) -> [Job]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.rest(lane)
                return nil
            }
            // A fair share, so that one lane does not take what another could begin at once.
            let share = (state.waiting.count + state.lanes.count - 1) / state.lanes.count
            let count = min(share, limits.batch)
            defer { state.waiting.removeFirst(count) }
            return Array(state.waiting.prefix(count))
        }
    }

    /// Opens one more lane off the caller's thread. Should it fail, those there are carry on.
    private func grow() {
        DispatchQueue.global().async { [self] in
            let lane = try? open()
            let isWanted = state.withLock { state in
                state.isGrowing = false
                guard let lane, !state.isClosed else { return false }
                state.lanes.append(lane)
                return true
            }
            if isWanted, let lane { wake(lane) }
        }
    }

    /// Refuses new work, finishes what was accepted, closes the lanes.
    func close() async {
        let lanes: [LaneKind] = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed ? [] : state.lanes
        }
        guard !lanes.isEmpty else { return }
        await withCheckedContinuation { continuation in
            let isAtRest = state.withLock { state in
                if !state.isAtRest { state.closing = continuation }
                return state.isAtRest
            }
            if isAtRest { continuation.resume() }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                for lane in lanes { lane.close() }
                continuation.resume()
            }
        }
    }
}
