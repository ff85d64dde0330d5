import Cryptography
public import Database
public import OAuthProtocol
public import Primitives

/// The `jti` of client assertions that were used (RFC 7523 §3), so that none is used twice. Kept as digests: the text is the client's to choose.
public struct AssertionIDStore<Transaction: SQLReading> {
    let transaction: Transaction
}

extension AssertionIDStore where Transaction == WriteTransaction {
    /// True for the first claim of `jti` by `client`. It is remembered until `expiresAt`, which the caller keeps near.
    ///
    /// False also where the database was restored at or after `usableFrom`: the claim may be one that was made before, and is forgotten.
    /// - Parameter usableFrom: The earliest moment at which the assertion can have been accepted.
    public func claimOnce(client: ClientID, jti: String, usableFrom: Instant, expiresAt: Instant, now: Instant) throws(DatabaseError) -> Bool {
        guard expiresAt > now else { return false }
        return try transaction.execute(
            """
            INSERT INTO assertion_id (client_id, jti_digest, expires_at)
            SELECT \(client.rawValue), \(TokenDigest(of: jti)), \(expiresAt)
            WHERE NOT EXISTS (SELECT 1 FROM epoch WHERE topic = 'restored' AND number >= \(usableFrom))
            ON CONFLICT (client_id, jti_digest) DO NOTHING
            """) == 1
    }
}
