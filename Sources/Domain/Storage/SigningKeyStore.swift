import Cryptography
public import Database
public import Domain
public import Primitives

/// Signing keys. The schema holds that no algorithm has two active ones.
public struct SigningKeyStore<Transaction: SQLReading> {
    let transaction: Transaction

    /// The oldest first.
    public func all() throws(DatabaseError) -> [SigningKeyRecord] {
        try transaction.query("SELECT \(keyColumns) FROM signing_key ORDER BY created_at, kid", readKey)
    }
}

extension SigningKeyStore where Transaction == WriteTransaction {
    /// - Throws: `uniqueViolation` where the key exists, or where it is active and its algorithm has an active key.
    public func insert(_ key: SigningKeyRecord) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO signing_key (\(keyColumns))
            VALUES (\(key.kid), \(key.algorithm.rawValue), \(key.state.rawValue), \(jsonText(key.publicJWK)), \(key.sealedPrivateKey),
                \(key.createdAt), \(key.publishedAt), \(key.activatedAt), \(key.retiredAt), \(key.revokedAt))
            """)
    }

    /// Moves the key on, where it stands in one of `from`, and notes when. False where it does not.
    ///
    /// - Throws: `uniqueViolation` for a second active key of an algorithm: retire the first before.
    @discardableResult
    public func setState(_ kid: String, to state: KeyState, at now: Instant, from: [KeyState]) throws(DatabaseError) -> Bool {
        let time: SQLFragment? =
            switch state {
            case .staged: nil
            case .active: "activated_at"
            case .retired: "retired_at"
            case .revoked: "revoked_at"
            }
        guard let time else {
            return try transaction.execute(
                "UPDATE signing_key SET state = \(state.rawValue) WHERE kid = \(kid) AND state IN \(list: from.map(\.rawValue))") == 1
        }
        return try transaction.execute(
            """
            UPDATE signing_key SET state = \(state.rawValue), \(time) = \(now)
            WHERE kid = \(kid) AND state IN \(list: from.map(\.rawValue))
            """) == 1
    }

    @discardableResult
    public func remove(_ kid: String) throws(DatabaseError) -> Bool {
        try transaction.execute("DELETE FROM signing_key WHERE kid = \(kid)") == 1
    }
}

private let keyColumns: SQLFragment = """
    kid, algorithm, state, public_jwk, sealed_private_key, created_at, published_at, activated_at, retired_at, revoked_at
    """

private func readKey(_ row: Row) throws(DatabaseError) -> SigningKeyRecord {
    SigningKeyRecord(
        kid: try row.text(0), algorithm: try row.value(1, SignatureAlgorithm.init(rawValue:)), state: try row.value(2, KeyState.init(rawValue:)),
        publicJWK: try row.object(3), sealedPrivateKey: try row.blob(4), createdAt: try row.instant(5), publishedAt: try row.instant(6),
        activatedAt: try row.instantOrNull(7), retiredAt: try row.instantOrNull(8), revokedAt: try row.instantOrNull(9))
}
