public import Cryptography
public import Database
internal import Storage

/// The keys as they are stored, looked at from outside: without the master key, and however little is right with them.
public struct KeyInventory: Sendable {
    public let keys: [KeySummary]
    /// The algorithms that need an active key and have none, with who needs it.
    public let missing: [(algorithm: SignatureAlgorithm, neededBy: [String])]

    public init(of database: Database, policy: KeyPolicy) async throws {
        let (records, demand) = try await database.read { transaction in
            (try transaction.signingKeys.all(), try AlgorithmDemand(transaction))
        }
        keys = records.map { KeySummary($0, policy: policy, demand: demand) }.sorted { $0.comesBefore($1) }
        let active = Set(keys.filter { $0.state == .active }.map(\.algorithm))
        missing = SignatureAlgorithm.allCases.filter { !active.contains($0) }.compactMap { algorithm in
            let reasons = demand.reasons(for: algorithm)
            return reasons.isEmpty ? nil : (algorithm, reasons)
        }
    }
}

extension KeyRing {
    /// Opens everything that is sealed in the database, as a starting server does, and makes nothing that is missing.
    ///
    /// - Throws: `KeyRingError` where a server would not start; `DatabaseError`.
    public static func prove(_ masterKey: MasterKey, against database: Database, policy: KeyPolicy) async throws {
        let contents = try await database.read { transaction in try RingContents(transaction) }
        _ = try contents.snapshot(masterKey: masterKey, policy: policy)
        _ = try RingSecrets(stored: contents.secrets, masterKey: masterKey)
    }
}
