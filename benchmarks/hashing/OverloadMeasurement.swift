internal import Cryptography
internal import PasswordHashing
internal import Synchronization

/// Verifications offered at five times the rate that the pool can carry.
struct OverloadMeasurement {
    let parameters: Argon2Parameters
    let workers: Int
    let queue: Int
    let seconds: Int

    struct Outcome: Sendable {
        var capacityPerSecond = 0.0
        var offered = 0
        var verified = 0
        var wrong = 0
        var busy = 0
        var failed = 0
        /// Whole seconds told to those who were turned away.
        var retryAfter: [Double] = []
        /// From offer to answer, in milliseconds.
        var verifiedLatency: [Double] = []
        var busyLatency: [Double] = []
        var memoryBeforeMiB = 0.0
        var memoryPeakMiB = 0.0
        var memoryIdleMiB = 0.0
        /// How late a timer of 1 ms on the cooperative pool fires, in milliseconds.
        var timerQuiet: [Double] = []
        var timerLoaded: [Double] = []

        var lost: Int { offered - verified - wrong - busy - failed }
    }

    private enum Answer {
        case verified(Double)
        case wrong
        case busy(retryAfter: Double, Double)
        case failed
    }

    func run() async throws -> Outcome {
        var outcome = Outcome()
        let idle = Duration.milliseconds(500)
        let hasher = PasswordHasher(
            PasswordHasherConfiguration(workers: workers, queueLimit: queue, parameters: parameters, arenaIdle: idle))
        outcome.memoryBeforeMiB = ProcessUsage.anonymousMiB
        outcome.timerQuiet = await timerDelays(during: .seconds(1))
        let password = Secret(Array("a password to verify".utf8))
        let hash = try await hasher.hash(password)
        outcome.capacityPerSecond = try await capacity(of: hasher, password, hash)

        let watching = Atomic(true)
        async let peak = peakMemory(while: watching)
        async let delays = timerDelays(during: .seconds(seconds))
        for answer in await offer(hasher, password, hash, perSecond: 5 * outcome.capacityPerSecond) {
            outcome.offered += 1
            switch answer {
            case .verified(let latency): (outcome.verified, _) = (outcome.verified + 1, outcome.verifiedLatency.append(latency))
            case .wrong: outcome.wrong += 1
            case .busy(let retryAfter, let latency):
                outcome.busy += 1
                outcome.retryAfter.append(retryAfter)
                outcome.busyLatency.append(latency)
            case .failed: outcome.failed += 1
            }
        }
        watching.store(false, ordering: .relaxed)
        outcome.memoryPeakMiB = await peak
        outcome.timerLoaded = await delays
        try await Task.sleep(for: idle * 2)
        outcome.memoryIdleMiB = ProcessUsage.anonymousMiB
        await hasher.shutDown()
        return outcome
    }

    /// Verifications per second with every worker always at work.
    private func capacity(of hasher: PasswordHasher, _ password: Secret, _ hash: PasswordHash) async throws -> Double {
        let each = 10
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<workers {
                group.addTask { for _ in 0..<each { _ = try await hasher.verify(password, against: hash) } }
            }
            try await group.waitForAll()
        }
        return Double(each * workers) / ((ContinuousClock.now - start).inMilliseconds / 1000)
    }

    /// Offers at fixed times, whether or not earlier ones have been answered, and waits for every answer.
    private func offer(_ hasher: PasswordHasher, _ password: Secret, _ hash: PasswordHash, perSecond rate: Double) async -> [Answer] {
        await withTaskGroup(of: Answer.self) { group in
            let start = ContinuousClock.now
            let count = Int(rate * Double(seconds))
            for number in 0..<count {
                try? await Task.sleep(until: start + .seconds(Double(number) / rate), clock: .continuous)
                group.addTask { await Self.answer(hasher, password, hash) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private static func answer(_ hasher: PasswordHasher, _ password: Secret, _ hash: PasswordHash) async -> Answer {
        let start = ContinuousClock.now
        do throws(PasswordHashError) {
            let verification = try await hasher.verify(password, against: hash)
            return verification.matches ? .verified((ContinuousClock.now - start).inMilliseconds) : .wrong
        } catch {
            guard case .busy(let retryAfter) = error else { return .failed }
            return .busy(retryAfter: retryAfter.inMilliseconds / 1000, (ContinuousClock.now - start).inMilliseconds)
        }
    }

    private func peakMemory(while watching: borrowing Atomic<Bool>) async -> Double {
        var peak = 0.0
        while watching.load(ordering: .relaxed) {
            peak = max(peak, ProcessUsage.anonymousMiB)
            try? await Task.sleep(for: .milliseconds(10))
        }
        return peak
    }

    private func timerDelays(during time: Duration) async -> [Double] {
        var delays: [Double] = []
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            let due = ContinuousClock.now + .milliseconds(1)
            try? await Task.sleep(until: due, tolerance: .zero, clock: .continuous)
            delays.append((ContinuousClock.now - due).inMilliseconds)
        }
        return delays
    }
}
