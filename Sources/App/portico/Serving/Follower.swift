import KeyRing
import Logging
import Provider
import ServiceLifecycle

/// Takes over what another process changed: keys and registrations, found by comparing an epoch twice a second.
struct Follower: Service {
    let keyRing: KeyRing
    let clients: ClientRegistry
    let logger: Logger

    static let pause = Duration.milliseconds(500)

    func run() async throws {
        var keysFail = false
        var clientsFail = false
        while await Pause.passes(Self.pause) {
            keysFail = await follow("keys", failedBefore: keysFail) { try await keyRing.refreshIfChanged() }
            clientsFail = await follow("clients", failedBefore: clientsFail) { try await clients.refreshIfChanged() }
        }
    }

    /// A failure is logged when it begins and when it ends, not twice a second.
    ///
    /// - Returns: whether it failed. What was in force stays in force then.
    private func follow(_ what: String, failedBefore: Bool, _ refresh: () async throws -> Bool) async -> Bool {
        do {
            if try await refresh() { logger.info("\(what) changed; the new ones are in force") }
            if failedBefore { logger.notice("\(what) can be read again") }
            return false
        } catch {
            if !failedBefore { logger.error("\(what) cannot be read; the ones in force stay", metadata: ["cause": "\(error)"]) }
            return true
        }
    }
}

/// Waiting that ends early when the server is asked to stop.
enum Pause {
    /// - Returns: false where the server stops and the caller should end.
    static func passes(_ duration: Duration) async -> Bool {
        do {
            return try await cancelWhenGracefulShutdown {
                try await Task.sleep(for: duration)
                return true
            }
        } catch {
            return false
        }
    }
}
