/// The pool's bookkeeping without threads or locks: who waits, how many run, and what to answer when there are too many.
struct HashingQueue<Job: Sendable>: Sendable {
    let workers: Int
    let limit: Int
    private var waiting: [(id: UInt64, job: Job)] = []
    private(set) var running = 0
    private(set) var threads = 0
    private(set) var isStopping = false
    /// The usual time of one hash: a moving average of those done.
    private var usual: Duration?
    private var lastID: UInt64 = 0

    init(workers: Int, limit: Int) {
        self.workers = max(1, workers)
        self.limit = max(0, limit)
    }

    /// What a worker does next.
    enum Step {
        case compute(Job)
        case end
    }

    var jobsWaiting: Int { waiting.count }

    mutating func makeID() -> UInt64 {
        lastID += 1
        return lastID
    }

    /// Takes the job in, or says why not. A number: that of a further thread, counted already, which the caller starts.
    mutating func admit(_ job: Job, id: UInt64) throws(PasswordHashError) -> Int? {
        guard !isStopping else { throw .stopped }
        guard waiting.count + running < workers + limit else { throw .busy(retryAfter: retryAfter) }
        waiting.append((id, job))
        guard threads < workers, threads < waiting.count + running else { return nil }
        threads += 1
        return threads - 1
    }

    /// The job of a caller that gave up; nil where it has started or is done.
    mutating func withdraw(_ id: UInt64) -> Job? {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return waiting.remove(at: index).job
    }

    /// Nil: nothing to do yet.
    mutating func next() -> Step? {
        guard waiting.isEmpty else {
            running += 1
            return .compute(waiting.removeFirst().job)
        }
        return isStopping ? .end : nil
    }

    mutating func finished(after time: Duration) {
        running -= 1
        usual = usual.map { $0 + (time - $0) / 8 } ?? time
    }

    mutating func stop() { isStopping = true }

    /// A worker has ended or could not be started. Without any other, nobody will compute the jobs that wait: they are returned.
    mutating func threadEnded() -> [Job] {
        threads -= 1
        guard threads == 0 else { return [] }
        defer { waiting = [] }
        return waiting.map(\.job)
    }

    /// Until the jobs at hand are done, in whole seconds.
    private var retryAfter: Duration {
        let jobs = waiting.count + running
        let remaining = (usual ?? .zero) * jobs / workers
        return .seconds(max(1, remaining.components.seconds + (remaining.components.attoseconds > 0 ? 1 : 0)))
    }
}
