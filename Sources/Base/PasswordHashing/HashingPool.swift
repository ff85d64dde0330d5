internal import CArgon2
internal import Glibc
internal import Synchronization

/// Threads that do nothing but compute in an arena, started as work comes and at most as many as configured. Each keeps its arena
/// while there is work; callers wait for their answer without holding a thread.
final class HashingPool: Sendable {
    private let state: Monitor<State>
    /// Bytes of the arena that a worker keeps.
    private let arenaBytes: Int
    private let arenaIdle: Duration
    private let arenas = Atomic(0)

    private struct State: Sendable {
        var queue: HashingQueue<Job>
        /// Who waits in `shutDown`.
        var leaving: [CheckedContinuation<Void, Never>] = []
    }

    /// What a worker computes in the arena lent to it.
    typealias Computation = @Sendable (borrowing Arena) throws(PasswordHashError) -> [UInt8]

    private struct Job: Sendable {
        let byteCount: Int
        let computation: Computation
        let answer: CheckedContinuation<Result<[UInt8], PasswordHashError>, Never>
    }

    init(workers: Int, queueLimit: Int, arenaBytes: Int, arenaIdle: Duration) {
        state = Monitor(State(queue: HashingQueue(workers: workers, limit: queueLimit)))
        self.arenaBytes = arenaBytes
        self.arenaIdle = arenaIdle
    }

    /// Waits for a worker to compute in an arena of at least `byteCount` bytes. An accepted job is always answered.
    ///
    /// - Throws: `busy`, `stopped`, `failed`; `cancelled` where the task was cancelled before a worker took the job.
    func compute(inArenaOf byteCount: Int, _ computation: @escaping Computation) async throws(PasswordHashError) -> [UInt8] {
        let id = state.withLock { $0.queue.makeID() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { submit(Job(byteCount: byteCount, computation: computation, answer: $0), id: id) }
        } onCancel: {
            state.withLock { $0.queue.withdraw(id) }?.answer.resume(returning: .failure(.cancelled))
        }
        return try result.get()
    }

    /// No further job is accepted; workers end when those at hand are done.
    func stop() {
        state.withLock { $0.queue.stop() }
        state.wakeAll()
    }

    /// `stop`, and returns when the last worker has given back its arena.
    func shutDown() async {
        await withCheckedContinuation { leaving in
            let isDone = state.withLock { state in
                state.queue.stop()
                if state.queue.threads > 0 { state.leaving.append(leaving) }
                return state.queue.threads == 0
            }
            if isDone { leaving.resume() } else { state.wakeAll() }
        }
    }

    /// Arenas that workers keep at this moment.
    var arenasHeld: Int { arenas.load(ordering: .relaxed) }

    /// Jobs accepted that no worker has taken yet.
    var jobsWaiting: Int { state.withLock { $0.queue.jobsWaiting } }

    private func submit(_ job: Job, id: UInt64) {
        let admission: Result<Int?, PasswordHashError> = state.withLock { state in
            // Asked while the lock is held: a cancellation before this is seen here, a later one finds the job in the queue.
            guard !Task.isCancelled else { return .failure(.cancelled) }
            return Result { () throws(PasswordHashError) in try state.queue.admit(job, id: id) }
        }
        switch admission {
        case .failure(let error): job.answer.resume(returning: .failure(error))
        case .success(let number?): startWorker(number)
        case .success(nil): state.wakeOne()
        }
    }

    private func startWorker(_ number: Int) {
        let life = Unmanaged.passRetained(WorkerLife { [self] in work(number) })
        var thread = pthread_t()
        let result = pthread_create(
            &thread, nil,
            { life in
                guard let life else { return nil }
                Unmanaged<WorkerLife>.fromOpaque(life).takeRetainedValue().live()
                return nil
            }, life.toOpaque())
        if result == 0 {
            pthread_detach(thread)
        } else {
            life.release()
            threadEnded()
        }
    }

    /// A closure as an object, so that it can pass through C.
    private final class WorkerLife: Sendable {
        let live: @Sendable () -> Void
        init(_ live: @escaping @Sendable () -> Void) { self.live = live }
    }

    private func work(_ number: Int) {
        portico_name_thread("argon2-\(number)")
        var arena: Arena?
        while true {
            let timeout = arena == nil ? nil : arenaIdle
            switch state.wait(atMost: timeout, { $0.queue.next() }) {
            case .compute(let job): answer(job, keeping: &arena)
            case .end:
                release(&arena)
                return threadEnded()
            case nil: release(&arena)
            }
        }
    }

    private func answer(_ job: Job, keeping arena: inout Arena?) {
        let start = ContinuousClock.now
        let result = Result { () throws(PasswordHashError) in try compute(job, keeping: &arena) }
        let time = ContinuousClock.now - start
        state.withLock { $0.queue.finished(after: time) }
        job.answer.resume(returning: result)
    }

    /// A job that needs no more than the kept arena is computed there. A heavier one gets a block of its own size, and the kept one
    /// is given back first: a worker never holds two.
    private func compute(_ job: Job, keeping kept: inout Arena?) throws(PasswordHashError) -> [UInt8] {
        guard job.byteCount <= arenaBytes else {
            release(&kept)
            return try job.computation(Arena(byteCount: job.byteCount))
        }
        if kept == nil {
            kept = try Arena(byteCount: arenaBytes)
            arenas.add(1, ordering: .relaxed)
        }
        switch kept {
        case .some(let arena): return try job.computation(arena)
        case nil: throw .failed
        }
    }

    private func release(_ arena: inout Arena?) {
        guard arena != nil else { return }
        arena = nil
        arenas.subtract(1, ordering: .relaxed)
    }

    private func threadEnded() {
        let (orphans, leaving) = state.withLock { state in
            let orphans = state.queue.threadEnded()
            defer { if state.queue.threads == 0 { state.leaving = [] } }
            return (orphans, state.queue.threads == 0 ? state.leaving : [])
        }
        for job in orphans { job.answer.resume(returning: .failure(.failed)) }
        for caller in leaving { caller.resume() }
    }
}
