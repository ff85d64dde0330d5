public import Cryptography
public import Database
public import Domain
public import OAuthProtocol
public import Primitives

/// Grants. Revoking one ends every code and token that hangs on it.
public struct GrantStore<Transaction: SQLReading> {
    let transaction: Transaction

    /// Revoked and expired grants are found too, until they are pruned. One from before a restore of the database counts as revoked by it:
    /// what hangs on it may have been used since the backup, or the grant itself revoked.
    public func find(_ id: GrantID) throws(DatabaseError) -> Grant? {
        try transaction.first(
            "SELECT \(grantColumns), COALESCE(revoked_at, \(restoredSince)) FROM access_grant WHERE id = \(id.rawValue)", readGrant)
    }

    /// When the youngest grant was given. Reads the table through.
    public func latestCreation() throws(DatabaseError) -> Instant? {
        try transaction.first("SELECT MAX(created_at) FROM access_grant") { row throws(DatabaseError) in try row.instantOrNull(0) } ?? nil
    }
}

extension GrantStore where Transaction == WriteTransaction {
    public func insert(_ grant: Grant) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO access_grant (\(grantColumns), revoked_at)
            VALUES (\(grant.id.rawValue), \(grant.residentID.rawValue), \(grant.clientID.rawValue), \(grant.sessionDigest),
                \(grant.scope.text), \(grant.claims.serialized), \(grant.nonce), \(grant.authTime), \(grant.acr), \(jsonText(grant.amr)),
                \(grant.createdAt), \(grant.expiresAt), \(grant.offline), \(grant.revokedAt))
            """)
    }

    /// True where this call revoked it; false where it is unknown or was revoked before.
    @discardableResult
    public func revoke(_ id: GrantID, at now: Instant) throws(DatabaseError) -> Bool {
        try transaction.execute("UPDATE access_grant SET revoked_at = \(now) WHERE id = \(id.rawValue) AND revoked_at IS NULL") == 1
    }

    /// The grants given in a session; those that outlive it only with `includingOffline`. How many were revoked.
    @discardableResult
    public func revokeAll(session digest: TokenDigest, includingOffline: Bool, at now: Instant) throws(DatabaseError) -> Int {
        try transaction.execute(
            """
            UPDATE access_grant SET revoked_at = \(now)
            WHERE session_digest = \(digest) AND revoked_at IS NULL AND is_offline <= \(includingOffline)
            """)
    }

    /// How many were revoked.
    @discardableResult
    public func revokeAll(of resident: ResidentID, at now: Instant) throws(DatabaseError) -> Int {
        try transaction.execute(
            "UPDATE access_grant SET revoked_at = \(now) WHERE resident_id = \(resident.rawValue) AND revoked_at IS NULL")
    }

    /// How many were revoked.
    @discardableResult
    public func revokeAll(of resident: ResidentID, client: ClientID, at now: Instant) throws(DatabaseError) -> Int {
        try transaction.execute(
            """
            UPDATE access_grant SET revoked_at = \(now)
            WHERE resident_id = \(resident.rawValue) AND client_id = \(client.rawValue) AND revoked_at IS NULL
            """)
    }
}

private let grantColumns: SQLFragment = """
    id, resident_id, client_id, session_digest, scope, claims, nonce, auth_time, acr, amr, created_at, expires_at, is_offline
    """

private func readGrant(_ row: Row) throws(DatabaseError) -> Grant {
    let claims: ClaimsRequest
    let text = try row.text(5)
    do throws(OAuthFailure) {
        claims = try ClaimsRequest(parsing: text)
    } catch {
        throw row.malformed(5)
    }
    return Grant(
        id: try row.grantID(0), residentID: try row.residentID(1), clientID: try row.clientID(2), sessionDigest: try row.digestOrNull(3),
        scope: try row.scope(4), claims: claims, nonce: try row.textOrNull(6), authTime: try row.instant(7), acr: try row.text(8),
        amr: try row.strings(9), createdAt: try row.instant(10), expiresAt: try row.instant(11), revokedAt: try row.instantOrNull(13),
        offline: try row.bool(12))
}
