import Database
import KeyRing
import Logging
import Provider
import ServiceLifecycle

/// Takes over what another process or node changed: keys and registrations. It looks as soon as a change is announced, and twice a second in
/// any case, comparing an epoch, because an announcement may be lost and SQLite makes none.
struct Follower: Service {
    let database: Database
    let keyRing: KeyRing
    let clients: ClientRegistry
    let logger: Logger

    static let pause = Duration.milliseconds(500)

    func run() async throws {
        var keysFail = false
        var clientsFail = false
        for await _ in signals() {
            keysFail = await follow("keys", failedBefore: keysFail) { try await keyRing.refreshIfChanged() }
            clientsFail = await follow("clients", failedBefore: clientsFail) { try await clients.refreshIfChanged() }
        }
    }

    /// One for each time to look; several that nobody waited for are one. It ends when the server is asked to stop.
    private func signals() -> AsyncStream<Void> {
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let announced = Task { for await _ in database.announcements() { continuation.yield() } }
        let passed = Task {
            while await Pause.passes(Self.pause) { continuation.yield() }
            continuation.finish()
        }
        continuation.onTermination = { _ in
            announced.cancel()
            passed.cancel()
        }
        return signals
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
