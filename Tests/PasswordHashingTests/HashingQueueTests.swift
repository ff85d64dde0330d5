import Testing

@testable import PasswordHashing

@Suite("The queue before the workers")
struct HashingQueueTests {
    private func compute(_ step: HashingQueue<String>.Step?) -> String? {
        if case .compute(let job) = step { job } else { nil }
    }

    @Test("workers and waiting places are all that is accepted", arguments: [(1, 0), (1, 3), (4, 2)])
    func bound(_ workers: Int, _ limit: Int) throws {
        var queue = HashingQueue<String>(workers: workers, limit: limit)
        for id in 0..<workers + limit { _ = try queue.admit("job", id: UInt64(id)) }
        #expect(throws: PasswordHashError.busy(retryAfter: .seconds(1))) { _ = try queue.admit("one more", id: 99) }
    }

    @Test("a place is free again when a job is done, not when it starts")
    func places() throws {
        var queue = HashingQueue<String>(workers: 1, limit: 0)
        _ = try queue.admit("first", id: 1)
        _ = queue.next()
        #expect(throws: PasswordHashError.busy(retryAfter: .seconds(1))) { _ = try queue.admit("second", id: 2) }
        queue.finished(after: .milliseconds(1))
        _ = try queue.admit("second", id: 3)
        #expect(compute(queue.next()) == "second")
    }

    @Test("threads are asked for as work needs them, and never more than workers")
    func threads() throws {
        var queue = HashingQueue<String>(workers: 2, limit: 5)
        #expect(try queue.admit("1", id: 1) == 0)
        _ = queue.next()
        queue.finished(after: .zero)
        #expect(try queue.admit("2", id: 2) == nil)
        #expect(try queue.admit("3", id: 3) == 1)
        #expect(try queue.admit("4", id: 4) == nil)
        #expect(queue.threads == 2)
    }

    @Test("jobs start in the order in which they came")
    func order() throws {
        var queue = HashingQueue<String>(workers: 1, limit: 5)
        for (id, job) in ["a", "b", "c"].enumerated() { _ = try queue.admit(job, id: UInt64(id)) }
        #expect([compute(queue.next()), compute(queue.next()), compute(queue.next())] == ["a", "b", "c"])
        #expect(queue.next() == nil)
    }

    @Test("a job is withdrawn until it starts and makes room for another")
    func withdrawal() throws {
        var queue = HashingQueue<String>(workers: 1, limit: 1)
        _ = try queue.admit("a", id: 1)
        _ = try queue.admit("b", id: 2)
        _ = queue.next()
        #expect(queue.withdraw(1) == nil)
        #expect(queue.withdraw(2) == "b")
        #expect(queue.withdraw(2) == nil)
        #expect(try queue.admit("c", id: 3) == nil)
        #expect(compute(queue.next()) == "c")
    }

    @Test("the time to come back grows with the jobs at hand and the usual time of one, in whole seconds and at least one")
    func retryAfter() throws {
        var queue = HashingQueue<String>(workers: 2, limit: 8)
        _ = try queue.admit("measured", id: 0)
        _ = queue.next()
        queue.finished(after: .milliseconds(500))
        for id in 1...10 { _ = try queue.admit("job", id: UInt64(id)) }
        // Ten jobs of half a second on two workers are two and a half seconds.
        #expect(throws: PasswordHashError.busy(retryAfter: .seconds(3))) { _ = try queue.admit("one more", id: 11) }
    }

    @Test("once stopping, nothing is accepted, what waits is computed, then the workers end")
    func stopping() throws {
        var queue = HashingQueue<String>(workers: 1, limit: 5)
        _ = try queue.admit("a", id: 1)
        queue.stop()
        #expect(throws: PasswordHashError.stopped) { _ = try queue.admit("b", id: 2) }
        #expect(compute(queue.next()) == "a")
        guard case .end = queue.next() else {
            Issue.record("a worker of a stopping queue without work ends")
            return
        }
    }

    @Test("when no thread is left, the jobs that wait are handed back")
    func orphans() throws {
        var queue = HashingQueue<String>(workers: 2, limit: 5)
        for (id, job) in ["a", "b", "c"].enumerated() { _ = try queue.admit(job, id: UInt64(id)) }
        #expect(queue.threadEnded() == [])
        #expect(queue.threadEnded() == ["a", "b", "c"])
        #expect(queue.next() == nil)
    }

    @Test("settings below the least count as the least")
    func least() throws {
        var queue = HashingQueue<String>(workers: 0, limit: -1)
        #expect(try queue.admit("a", id: 1) == 0)
        #expect(throws: PasswordHashError.busy(retryAfter: .seconds(1))) { _ = try queue.admit("b", id: 2) }
    }
}
