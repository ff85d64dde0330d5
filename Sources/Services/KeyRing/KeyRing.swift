/// KeyRing owns the keys this provider signs with and the secrets it keeps: how they are made, sealed, published, replaced and
/// checked.
///
/// Private halves and secrets rest in the database sealed under a master key that is not in it. What serves requests is an
/// immutable `KeySnapshot` in memory; a change by the command line or another node is followed by comparing an epoch. The ring
/// does not know what is signed, who asks, or HTTP; it owns no SQL.
public import Cryptography
public import Database
internal import Domain
public import Primitives
internal import Storage
internal import Synchronization

public final class KeyRing: Sendable {
    public let secrets: RingSecrets
    private let database: Database
    private let masterKey: MasterKey
    private let policy: KeyPolicy
    private let current: Mutex<KeySnapshot>

    /// Opens the ring of this database; on the first start makes it: the secrets, an ES256 and an RS256 key, in one transaction.
    ///
    /// - Throws: `KeyRingError` where the master key is not the database's, something stored is damaged, or a needed key is not
    ///   active; `DatabaseError`.
    public static func open(
        _ database: Database, masterKey: MasterKey, policy: KeyPolicy, at now: Instant
    ) async throws -> (KeyRing, created: [CreatedKey]) {
        let created = try await establish(database, masterKey: masterKey, at: now)
        let contents = try await database.read { transaction in try RingContents(transaction) }
        let secrets = try RingSecrets(stored: contents.secrets, masterKey: masterKey)
        let snapshot = try contents.snapshot(masterKey: masterKey, policy: policy)
        let ring = KeyRing(database, masterKey: masterKey, policy: policy, secrets: secrets, snapshot: snapshot)
        return (ring, created)
    }

    /// The keys as they are now. Read it once a request.
    public var snapshot: KeySnapshot { current.withLock { $0 } }

    /// Takes over what another process or node changed.
    ///
    /// - Returns: whether the keys had changed.
    /// - Throws: `KeyRingError` or `DatabaseError`; the keys in use then stay as they were.
    public func refreshIfChanged() async throws -> Bool {
        let known = snapshot.epoch
        let contents = try await database.read { transaction -> RingContents? in
            try RingContents.epoch(transaction) == known ? nil : try RingContents(transaction)
        }
        guard let contents else { return false }
        let fresh = try contents.snapshot(masterKey: masterKey, policy: policy)
        return current.withLock { snapshot in
            guard fresh.epoch > snapshot.epoch else { return false }
            snapshot = fresh
            return true
        }
    }

    private init(_ database: Database, masterKey: MasterKey, policy: KeyPolicy, secrets: RingSecrets, snapshot: KeySnapshot) {
        self.database = database
        self.masterKey = masterKey
        self.policy = policy
        self.secrets = secrets
        current = Mutex(snapshot)
    }
}

/// A key that was just made.
public struct CreatedKey: Sendable, Hashable {
    public let kid: String
    public let algorithm: SignatureAlgorithm
    /// Whether it signs already; otherwise it is staged.
    public let isActive: Bool
}
