import Cryptography
import Dispatch
import Testing

@testable import PasswordHashing

/// The pool with jobs that hold their worker until the test lets go, so that nothing depends on how long anything takes.
@Suite("The pool of workers", .timeLimit(.minutes(1)))
struct HashingPoolTests {
    private let bytes = 8 * 1024

    private func pool(workers: Int, queue: Int, arenaIdle: Duration = .seconds(600)) -> HashingPool {
        HashingPool(workers: workers, queueLimit: queue, arenaBytes: bytes, arenaIdle: arenaIdle)
    }

    /// A job that says when a worker has taken it and ends when it is told to.
    private final class Gate: Sendable {
        private let taken = AsyncStream<Void>.makeStream()
        private let opening = DispatchSemaphore(value: 0)

        func hold() -> [UInt8] {
            taken.continuation.yield()
            opening.wait()
            return [1]
        }

        func waitUntilTaken() async {
            for await _ in taken.stream { return }
        }

        func open() { opening.signal() }
    }

    private func waitUntil(_ isTrue: () -> Bool) async {
        while !isTrue() { await Task.yield() }
    }

    @Test("with one worker and n waiting places the job after n + 1 is answered busy, and the others all complete", arguments: [0, 1, 5])
    func bound(_ limit: Int) async throws {
        let (pool, gate) = (pool(workers: 1, queue: limit), Gate())
        let running = Task { try await pool.compute(inArenaOf: bytes) { _ in gate.hold() } }
        await gate.waitUntilTaken()
        let waiting = (0..<limit).map { number in Task { try await pool.compute(inArenaOf: bytes) { _ in [UInt8(number)] } } }
        await waitUntil { pool.jobsWaiting == limit }

        await #expect(throws: PasswordHashError.busy(retryAfter: .seconds(1))) { try await pool.compute(inArenaOf: bytes) { _ in [] } }

        gate.open()
        #expect(try await running.value == [1])
        for (number, task) in waiting.enumerated() { #expect(try await task.value == [UInt8(number)]) }
        await pool.shutDown()
    }

    @Test("every one of many concurrent jobs is answered, computed or busy")
    func nothingLost() async throws {
        let hasher = PasswordHasher(
            PasswordHasherConfiguration(workers: 2, queueLimit: 4, parameters: try PasswordHasherTests.light(), arenaIdle: .zero))
        let hash = try await hasher.hash(Secret([7]))
        let outcomes = await withTaskGroup(of: Result<Verification, PasswordHashError>.self) { group in
            for _ in 0..<500 {
                group.addTask {
                    do throws(PasswordHashError) {
                        return .success(try await hasher.verify(Secret([7]), against: hash))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 500)
        for outcome in outcomes {
            switch outcome {
            case .success(let verification): #expect(verification == Verification(matches: true, needsRehash: false))
            case .failure(.busy(let retryAfter)): #expect(retryAfter >= Duration.seconds(1))
            case .failure(let error): Issue.record("neither computed nor busy: \(error)")
            }
        }
    }

    @Test("workers compute at the same time")
    func concurrentWorkers() async throws {
        let (pool, first, second) = (pool(workers: 2, queue: 0), Gate(), Gate())
        async let one = pool.compute(inArenaOf: bytes) { _ in first.hold() }
        async let two = pool.compute(inArenaOf: bytes) { _ in second.hold() }
        await first.waitUntilTaken()
        await second.waitUntilTaken()
        #expect(pool.arenasHeld == 2)
        first.open()
        second.open()
        _ = try await (one, two)
        await pool.shutDown()
    }

    @Test("a waiting job whose task is cancelled is dropped and its place is free")
    func cancellation() async throws {
        let (pool, gate) = (pool(workers: 1, queue: 1), Gate())
        let running = Task { try await pool.compute(inArenaOf: bytes) { _ in gate.hold() } }
        await gate.waitUntilTaken()
        let waiting = Task { try await pool.compute(inArenaOf: bytes) { _ in [2] } }
        await waitUntil { pool.jobsWaiting == 1 }
        waiting.cancel()
        await #expect(throws: PasswordHashError.cancelled) { try await waiting.value }
        #expect(pool.jobsWaiting == 0)

        let next = Task { try await pool.compute(inArenaOf: bytes) { _ in [3] } }
        await waitUntil { pool.jobsWaiting == 1 }
        gate.open()
        #expect(try await next.value == [3])
        #expect(try await running.value == [1])
        await pool.shutDown()
    }

    @Test("a job that has started is answered although its task is cancelled")
    func cancelledWhileRunning() async throws {
        let (pool, gate) = (pool(workers: 1, queue: 0), Gate())
        let running = Task { try await pool.compute(inArenaOf: bytes) { _ in gate.hold() } }
        await gate.waitUntilTaken()
        running.cancel()
        gate.open()
        #expect(try await running.value == [1])
        await pool.shutDown()
    }

    @Test("a task that is already cancelled takes no place")
    func cancelledBefore() async throws {
        let pool = pool(workers: 1, queue: 0)
        let task = Task {
            await waitUntil { Task.isCancelled }
            return try await pool.compute(inArenaOf: bytes) { _ in [1] }
        }
        task.cancel()
        await #expect(throws: PasswordHashError.cancelled) { try await task.value }
        #expect(pool.arenasHeld == 0)
    }

    @Test("an arena is made at first use, kept while there is work and given back when idle")
    func idleArena() async throws {
        let keeping = pool(workers: 1, queue: 0)
        #expect(keeping.arenasHeld == 0)
        _ = try await keeping.compute(inArenaOf: bytes) { _ in [] }
        #expect(keeping.arenasHeld == 1)
        await keeping.shutDown()
        #expect(keeping.arenasHeld == 0)

        let giving = pool(workers: 1, queue: 0, arenaIdle: .zero)
        _ = try await giving.compute(inArenaOf: bytes) { _ in [] }
        await waitUntil { giving.arenasHeld == 0 }
        #expect(try await giving.compute(inArenaOf: bytes) { arena in [UInt8(arena.bytes.count / bytes)] } == [1])
        await giving.shutDown()
    }

    @Test("the next job finds the arena of the one before")
    func reusedArena() async throws {
        let pool = pool(workers: 1, queue: 0)
        _ = try await pool.compute(inArenaOf: bytes) { arena in
            arena.bytes[bytes - 1] = 42
            return []
        }
        #expect(try await pool.compute(inArenaOf: bytes) { arena in [arena.bytes[bytes - 1]] } == [42])
        await pool.shutDown()
    }

    @Test("a job that needs more memory gets it for itself, and the worker holds no second arena meanwhile")
    func heavierJob() async throws {
        let pool = pool(workers: 1, queue: 0)
        _ = try await pool.compute(inArenaOf: bytes) { _ in [] }
        let heavy = try await pool.compute(inArenaOf: 4 * bytes) { arena in [UInt8(arena.bytes.count / bytes), UInt8(pool.arenasHeld)] }
        #expect(heavy == [4, 0])
        #expect(try await pool.compute(inArenaOf: bytes) { arena in [UInt8(arena.bytes.count / bytes)] } == [1])
        await pool.shutDown()
    }

    @Test("a job for which there is no memory fails, and the worker goes on")
    func noMemory() async throws {
        let pool = pool(workers: 1, queue: 0)
        await #expect(throws: PasswordHashError.failed) { try await pool.compute(inArenaOf: 1 << 60) { _ in [] } }
        #expect(try await pool.compute(inArenaOf: bytes) { _ in [1] } == [1])
        await pool.shutDown()
    }

    @Test("shutting down lets accepted jobs finish and accepts no more")
    func shutDown() async throws {
        let (pool, gate) = (pool(workers: 1, queue: 2), Gate())
        let running = Task { try await pool.compute(inArenaOf: bytes) { _ in gate.hold() } }
        await gate.waitUntilTaken()
        let waiting = Task { try await pool.compute(inArenaOf: bytes) { _ in [2] } }
        await waitUntil { pool.jobsWaiting == 1 }
        pool.stop()
        await #expect(throws: PasswordHashError.stopped) { try await pool.compute(inArenaOf: bytes) { _ in [] } }
        let leaving = Task { await pool.shutDown() }
        gate.open()
        #expect(try await running.value == [1])
        #expect(try await waiting.value == [2])
        await leaving.value
        #expect(pool.arenasHeld == 0)
        await pool.shutDown()
    }

    @Test("a hasher that never worked shuts down at once, and again")
    func unusedShutDown() async throws {
        let hasher = PasswordHasher(PasswordHasherConfiguration(parameters: try PasswordHasherTests.light()))
        await hasher.shutDown()
        await hasher.shutDown()
        await #expect(throws: PasswordHashError.stopped) { try await hasher.hash(Secret([1])) }
        await #expect(throws: PasswordHashError.stopped) { try await hasher.verifyNothing(Secret([1])) }
    }

    @Test("verifying nothing takes a worker and an arena as verifying does")
    func verifyNothing() async throws {
        let hasher = PasswordHasher(PasswordHasherConfiguration(workers: 1, parameters: try PasswordHasherTests.light(), pepper: Secret.random(32)))
        try await hasher.verifyNothing(Secret([1]))
        #expect(hasher.pool.arenasHeld == 1)
        await hasher.shutDown()
    }

    @Test("workers end when the hasher goes, without being shut down")
    func abandoned() async throws {
        var hasher: PasswordHasher? = PasswordHasher(PasswordHasherConfiguration(workers: 2, parameters: try PasswordHasherTests.light()))
        let pool = try #require(hasher?.pool)
        _ = try await hasher?.hash(Secret([1]))
        #expect(pool.arenasHeld == 1)
        hasher = nil
        await waitUntil { pool.arenasHeld == 0 }
    }
}
