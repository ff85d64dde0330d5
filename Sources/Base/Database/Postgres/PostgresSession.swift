import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A lane's connection, made when it is first needed and made again when it was lost.
final class PostgresSession {
    private let server: PostgresServer
    private let outage: PostgresOutage
    private var connection: PostgresConnection?

    init(_ server: PostgresServer, _ outage: PostgresOutage) {
        self.server = server
        self.outage = outage
    }

    /// A connection that was usable when it was last used. Connecting is tried for some three seconds, so that a restart or failover of the server
    /// is waited out; once the server has been away for longer, one caller at a time tries once, and the others are answered at once.
    func connected() throws(DatabaseError) -> PostgresConnection {
        if let connection, connection.isUsable { return connection }
        connection = nil
        guard outage.mayTry() else { throw .unavailable("PostgreSQL cannot be reached") }
        for attempt in 0... {
            do throws(DatabaseError) {
                let fresh = try PostgresConnection(server)
                outage.ended()
                connection = fresh
                return fresh
            } catch {
                // A wrong password or database is not mended by waiting, but the server says so in no way that could be told from a start-up.
                guard attempt < Self.pauses.count, !outage.isKnown else {
                    outage.lasts()
                    throw error
                }
                usleep(Self.pauses[attempt])
            }
        }
        throw .unavailable("PostgreSQL cannot be reached")
    }

    func close() { connection = nil }

    /// Microseconds; three seconds in all.
    private static let pauses: [UInt32] = [50_000, 100_000, 200_000, 400_000, 750_000, 750_000, 750_000]
}

/// What the lanes of one engine know together about a server that cannot be reached.
final class PostgresOutage: Sendable {
    private struct State {
        var isKnown = false
        var isProbed = false
    }

    private let state = Mutex(State())

    var isKnown: Bool { state.withLock { $0.isKnown } }

    func mayTry() -> Bool {
        state.withLock { state in
            guard state.isKnown else { return true }
            defer { state.isProbed = true }
            return !state.isProbed
        }
    }

    func ended() { state.withLock { $0 = State() } }

    func lasts() { state.withLock { $0 = State(isKnown: true, isProbed: false) } }
}

/// One session on a serial queue of its own: nothing of it blocks the cooperative pool or an event loop.
final class PostgresLane: Lane {
    private let queue: DispatchQueue
    // Touched on `queue` only.
    nonisolated(unsafe) private let session: PostgresSession

    init(_ server: PostgresServer, _ outage: PostgresOutage) {
        queue = DispatchQueue(label: "portico.database.postgres")
        session = PostgresSession(server, outage)
    }

    func enqueue(_ work: @escaping @Sendable (PostgresSession) -> Void) {
        queue.async { [self] in work(session) }
    }

    func close() { queue.sync { session.close() } }
}
