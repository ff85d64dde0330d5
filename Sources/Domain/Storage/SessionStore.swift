public import Cryptography
public import Database
public import Domain
public import Primitives

/// Sessions, by the digest of their cookie.
public struct SessionStore<Transaction: SQLReading> {
    let transaction: Transaction

    /// Nil where the session is unknown, ended, past its idle or absolute limit, or from before a restore of the database: it may have been
    /// ended since the backup.
    public func find(_ digest: TokenDigest, at now: Instant) throws(DatabaseError) -> Session? {
        try transaction.first(
            """
            SELECT \(sessionColumns) FROM session
            WHERE digest = \(digest) AND ended_at IS NULL AND expires_at > \(now) AND idle_expires_at > \(now) AND \(restoredSince) IS NULL
            """, readSession)
    }

    /// A resident's sessions that were not ended, by a restore of the database neither, the latest used first. Some may be past a limit.
    public func list(of resident: ResidentID) throws(DatabaseError) -> [Session] {
        try transaction.query(
            """
            SELECT \(sessionColumns) FROM session WHERE resident_id = \(resident.rawValue) AND ended_at IS NULL AND \(restoredSince) IS NULL
            ORDER BY last_seen_at DESC, digest
            """, readSession)
    }

    /// When the youngest session began. Reads the table through.
    public func latestCreation() throws(DatabaseError) -> Instant? {
        try transaction.first("SELECT MAX(created_at) FROM session") { row throws(DatabaseError) in try row.instantOrNull(0) } ?? nil
    }
}

extension SessionStore where Transaction == WriteTransaction {
    public func insert(_ session: Session) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO session (\(sessionColumns), kept_until)
            VALUES (\(session.digest), \(session.residentID.rawValue), \(session.createdAt), \(session.authTime), \(session.lastSeenAt),
                \(session.idleExpiresAt), \(session.expiresAt), \(session.acr), \(jsonText(session.amr)), \(session.userAgent),
                \(session.browserDigest), \(session.expiresAt))
            """)
    }

    /// Moves the idle limit on. An ended session stays ended: false.
    @discardableResult
    public func touch(_ digest: TokenDigest, lastSeenAt: Instant, idleExpiresAt: Instant) throws(DatabaseError) -> Bool {
        try transaction.execute(
            """
            UPDATE session SET last_seen_at = \(lastSeenAt), idle_expires_at = \(idleExpiresAt)
            WHERE digest = \(digest) AND ended_at IS NULL
            """) == 1
    }

    /// True where this call ended it; false where it is unknown or had ended.
    @discardableResult
    public func end(_ digest: TokenDigest, at now: Instant) throws(DatabaseError) -> Bool {
        try transaction.execute(
            "UPDATE session SET ended_at = \(now), kept_until = \(now) WHERE digest = \(digest) AND ended_at IS NULL") == 1
    }

    /// How many were ended.
    @discardableResult
    public func endAll(of resident: ResidentID, at now: Instant) throws(DatabaseError) -> Int {
        try transaction.execute(
            "UPDATE session SET ended_at = \(now), kept_until = \(now) WHERE resident_id = \(resident.rawValue) AND ended_at IS NULL")
    }
}

private let sessionColumns: SQLFragment = """
    digest, resident_id, created_at, auth_time, last_seen_at, idle_expires_at, expires_at, acr, amr, user_agent, browser_digest
    """

private func readSession(_ row: Row) throws(DatabaseError) -> Session {
    Session(
        digest: try row.digest(0), residentID: try row.residentID(1), createdAt: try row.instant(2), authTime: try row.instant(3),
        lastSeenAt: try row.instant(4), idleExpiresAt: try row.instant(5), expiresAt: try row.instant(6), acr: try row.text(7),
        amr: try row.strings(8), userAgent: try row.text(9), browserDigest: try row.digest(10))
}
