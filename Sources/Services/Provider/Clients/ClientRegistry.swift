public import Database
public import Domain
public import OAuthProtocol
import Primitives
import Storage
import Synchronization

/// Every registered client, in memory: a look-up on the way of a request never waits for the database.
///
/// Another process or node that changes a registration advances an epoch in the database; `refreshIfChanged` follows it.
public final class ClientRegistry: Sendable {
    private struct Snapshot {
        var epoch: Int64
        var clients: [ClientID: Client]
    }

    private let database: Database
    private let snapshot: Mutex<Snapshot>

    private init(database: Database, snapshot: sending Snapshot) {
        self.database = database
        self.snapshot = Mutex(snapshot)
    }

    public static func open(_ database: Database) async throws -> ClientRegistry {
        ClientRegistry(database: database, snapshot: try await load(database))
    }

    public func find(_ id: ClientID) -> Client? {
        snapshot.withLock { $0.clients[id] }
    }

    /// Reads the registrations anew where another process has changed them.
    ///
    /// - Returns: whether anything was read.
    @discardableResult
    public func refreshIfChanged() async throws -> Bool {
        let current = try await database.read { try $0.epochs.current()[.clients] ?? 0 }
        guard current != snapshot.withLock({ $0.epoch }) else { return false }
        let fresh = try await Self.load(database)
        snapshot.withLock { $0 = fresh }
        return true
    }

    private static func load(_ database: Database) async throws -> Snapshot {
        try await database.read { transaction in
            let epoch = try transaction.epochs.current()[.clients] ?? 0
            let clients = try transaction.clients.all()
            return Snapshot(epoch: epoch, clients: Dictionary(uniqueKeysWithValues: clients.map { ($0.id, $0) }))
        }
    }
}
