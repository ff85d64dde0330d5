import Database
import KeyRing
import Logging
import Primitives
import ServiceLifecycle
import Storage

/// Removes what has expired, once a minute, in batches small enough that requests do not wait for them. Then gives back the memory that
/// the last minute's work has left.
struct Housekeeping: Service {
    let database: Database
    let keys: KeyAdministration
    let timeSource: TimeSource
    let logger: Logger

    static let pause = Duration.minutes(1)
    static let batch = 500
    /// What is left after so many batches waits for the next minute.
    static let batchesAtOnce = 200

    func run() async throws {
        while await Pause.passes(Self.pause) {
            do {
                let removed = try await prune()
                if removed > 0 { logger.debug("expired rows removed", metadata: ["count": "\(removed)"]) }
                let outdated = try await keys.removeOutdated(at: timeSource.now())
                if !outdated.isEmpty { logger.notice("retired keys removed", metadata: ["kids": .array(outdated.map { .string($0) })]) }
            } catch {
                logger.error("housekeeping failed; it is tried again in a minute", metadata: ["cause": "\(error)"])
            }
            FreeMemory.giveBack()
        }
    }

    private func prune() async throws -> Int {
        var removed = 0
        for _ in 0..<Self.batchesAtOnce where !Task.isShuttingDownGracefully {
            let now = timeSource.now()
            let count = try await database.write { try $0.housekeeping.prune(at: now, limit: Self.batch) }
            removed += count
            if count < Self.batch { break }
        }
        return removed
    }
}
