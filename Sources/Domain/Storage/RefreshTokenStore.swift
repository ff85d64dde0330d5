public import Cryptography
public import Database
public import Domain
public import OAuthProtocol
public import Primitives

/// Refresh tokens, each to be exchanged once.
public struct RefreshTokenStore<Transaction: SQLReading> {
    let transaction: Transaction

    /// Used and expired tokens are found too, until they are pruned.
    public func find(_ digest: TokenDigest) throws(DatabaseError) -> RefreshToken? {
        try transaction.first("SELECT \(refreshTokenColumns) FROM refresh_token WHERE digest = \(digest)", readRefreshToken)
    }
}

/// What came of presenting a refresh token.
public enum RefreshOutcome: Sendable, Hashable {
    /// Taken by this call, and by no other. Its `usedAt` is set.
    case fresh(RefreshToken)
    /// Taken before, at its `usedAt`: RFC 9700 §4.14.2 says to revoke the grant, a lost response apart.
    case replayed(RefreshToken)
    case expired
    /// Never issued, long gone, or another client's: that client's token stays as it is.
    case unknown
}

extension RefreshTokenStore where Transaction == WriteTransaction {
    /// How long a used token is remembered, so that a replay is recognised as one. Not for its whole life: a grant refreshed every
    /// few minutes for a month would keep thousands.
    static var remembered: Duration { .days(7) }

    public func insert(_ token: RefreshToken) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO refresh_token (\(refreshTokenColumns), kept_until)
            VALUES (\(token.digest), \(token.grantID.rawValue), \(token.clientID.rawValue), \(token.scope.text), \(token.generation),
                \(token.issuedAt), \(token.expiresAt), \(token.usedAt), \(token.expiresAt))
            """)
    }

    /// Takes the token out of use for `client`. Of any number of simultaneous calls one is answered `fresh`.
    public func take(_ digest: TokenDigest, for client: ClientID, at now: Instant) throws(DatabaseError) -> RefreshOutcome {
        let forgotten = now + Self.remembered
        let taken = try transaction.first(
            """
            UPDATE refresh_token SET used_at = \(now),
                kept_until = CASE WHEN expires_at < \(forgotten) THEN expires_at ELSE \(forgotten) END
            WHERE digest = \(digest) AND client_id = \(client.rawValue) AND used_at IS NULL AND expires_at > \(now)
            RETURNING \(refreshTokenColumns)
            """, readRefreshToken)
        if let taken { return .fresh(taken) }
        guard let token = try find(digest), token.clientID == client else { return .unknown }
        return token.usedAt == nil ? .expired : .replayed(token)
    }
}

private let refreshTokenColumns: SQLFragment = "digest, grant_id, client_id, scope, generation, issued_at, expires_at, used_at"

private func readRefreshToken(_ row: Row) throws(DatabaseError) -> RefreshToken {
    RefreshToken(
        digest: try row.digest(0), grantID: try row.grantID(1), clientID: try row.clientID(2), scope: try row.scope(3),
        generation: try row.int(4), issuedAt: try row.instant(5), expiresAt: try row.instant(6), usedAt: try row.instantOrNull(7))
}
