import Cryptography
import Database
import KeyRing
import Logging
import Primitives
import ServiceLifecycle
import Storage

/// Removes what has expired, once a minute, in batches small enough that requests do not wait for them. Of several nodes one does it for all:
/// the one that holds the claim. Then gives back the memory that the last minute's work has left.
struct Housekeeping: Service {
    let database: Database
    let keys: KeyAdministration
    let timeSource: TimeSource
    let logger: Logger
    /// What this node goes by in claims: another one each time it starts.
    let node = Base64URL.encode(Randomness.bytes(9))

    static let pause = Duration.minutes(1)
    /// A node that is gone is replaced after this long. Longer than a pause and a round, so that one that is well keeps its claim.
    static let claim = Duration.minutes(3)
    static let batch = 500
    /// What is left after so many batches waits for the next minute.
    static let batchesAtOnce = 200

    func run() async throws {
        var held = false
        while await Pause.passes(Self.pause) {
            do {
                let holds = try await round()
                if holds && !held { logger.info("this node does the housekeeping", metadata: ["node": "\(node)"]) }
                held = holds
            } catch {
                logger.error("housekeeping failed; it is tried again in a minute", metadata: ["cause": "\(error)"])
            }
            FreeMemory.giveBack()
        }
        // Another node need not wait for the claim to end.
        _ = try? await database.write { [node] in try $0.claims.release(.housekeeping, by: node) }
    }

    /// One minute's work, where this node holds the claim or gets it.
    ///
    /// - Returns: whether it does.
    func round() async throws -> Bool {
        let now = timeSource.now()
        let holds = try await database.write { [node] in try $0.claims.take(.housekeeping, by: node, until: now + Self.claim, at: now) }
        guard holds else { return false }
        let removed = try await prune()
        if removed > 0 { logger.debug("expired rows removed", metadata: ["count": "\(removed)"]) }
        let outdated = try await keys.removeOutdated(at: timeSource.now())
        if !outdated.isEmpty { logger.notice("retired keys removed", metadata: ["kids": .array(outdated.map { .string($0) })]) }
        return true
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
