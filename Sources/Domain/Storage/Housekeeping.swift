public import Database
public import Primitives

/// Removes what has expired, a bounded number of rows at a time so that no transaction is long.
public struct Housekeeping<Transaction: SQLReading> {
    let transaction: Transaction
}

extension Housekeeping where Transaction == WriteTransaction {
    /// Removes at most `limit` rows of sessions, codes, refresh tokens, grants and assertion ids that nothing asks for any more, and
    /// answers how many. Fewer than `limit` means that nothing is left.
    ///
    /// What hangs on a grant goes before it, so that removing a grant does not remove an unbounded number of rows at once.
    public func prune(at now: Instant, limit: Int) throws(DatabaseError) -> Int {
        let limit = max(0, limit)
        var removed = 0
        removed += try transaction.execute(
            """
            DELETE FROM authorization_code WHERE digest IN
                (SELECT digest FROM authorization_code WHERE kept_until <= \(now) ORDER BY kept_until LIMIT \(limit))
            """)
        removed += try transaction.execute(
            """
            DELETE FROM refresh_token WHERE digest IN
                (SELECT digest FROM refresh_token WHERE kept_until <= \(now) ORDER BY kept_until LIMIT \(limit - removed))
            """)
        removed += try transaction.execute(
            """
            DELETE FROM access_grant WHERE id IN
                (SELECT id FROM access_grant WHERE expires_at <= \(now) ORDER BY expires_at LIMIT \(limit - removed))
            """)
        removed += try transaction.execute(
            """
            DELETE FROM session WHERE digest IN
                (SELECT digest FROM session WHERE kept_until <= \(now) ORDER BY kept_until LIMIT \(limit - removed))
            """)
        removed += try pruneAssertions(at: now, limit: limit - removed)
        return removed
    }

    private func pruneAssertions(at now: Instant, limit: Int) throws(DatabaseError) -> Int {
        try transaction.execute(
            """
            DELETE FROM assertion_id WHERE (client_id, jti_digest) IN
                (SELECT client_id, jti_digest FROM assertion_id WHERE expires_at <= \(now) ORDER BY expires_at LIMIT \(limit))
            """)
    }
}
