internal import AuditLog
public import Cryptography
public import Database
public import Domain
public import Primitives
internal import Storage

/// How long a session lasts.
public struct SessionPolicy: Sendable, Hashable {
    /// Ends a session that is not used (NIST SP 800-63B-4 §2.2.3: at most an hour at AAL2).
    public var idle: Duration
    /// Ends a session however much it is used.
    public var absolute: Duration
    /// The least time between two writes that only say "still here".
    public var touchEvery: Duration

    public init(idle: Duration = .hours(1), absolute: Duration = .hours(12), touchEvery: Duration = .minutes(1)) {
        self.idle = idle
        self.absolute = absolute
        self.touchEvery = touchEvery
    }

    func idleEnd(usedAt now: Instant, expiresAt: Instant) -> Instant { min(now + idle, expiresAt) }
}

/// A session that stands, with its resident. Made only by `Sessions.resume`.
public struct ActiveSession: Sendable {
    public let session: Session
    public let resident: Resident
}

/// Why a session was ended.
public enum SessionEndReason: String, Sendable {
    case signedOut = "signed_out"
    case replaced
    case endedByResident = "ended_by_resident"
}

/// The sessions of residents, by the value of their cookie.
public struct Sessions: Sendable {
    private let database: Database
    private let policy: SessionPolicy

    public init(database: Database, policy: SessionPolicy) {
        self.database = database
        self.policy = policy
    }

    /// The session that a cookie stands for; nil where it has ended or expired, its resident was disabled, or the cookie was never ours.
    ///
    /// One read; and at most once in `touchEvery` a write that moves the idle limit.
    public func resume(_ cookie: String?, at now: Instant) async throws -> ActiveSession? {
        guard let cookie, let token = BearerToken(cookie, kind: .session) else { return nil }
        let digest = token.digest
        let active = try await database.read { transaction -> ActiveSession? in
            guard let session = try transaction.sessions.find(digest, at: now),
                let resident = try transaction.residents.find(session.residentID), resident.state == .active
            else { return nil }
            return ActiveSession(session: session, resident: resident)
        }
        guard let active, now.since(active.session.lastSeenAt) >= policy.touchEvery else { return active }
        var session = active.session
        session.lastSeenAt = now
        session.idleExpiresAt = policy.idleEnd(usedAt: now, expiresAt: session.expiresAt)
        let idleExpiresAt = session.idleExpiresAt
        try await database.write { transaction in
            _ = try transaction.sessions.touch(digest, lastSeenAt: now, idleExpiresAt: idleExpiresAt)
        }
        return ActiveSession(session: session, resident: active.resident)
    }

    /// Ends the session and revokes what agencies were given in it, except what the resident allowed to outlive it (`offline_access`).
    /// A session that has ended already stays as it is; one that has only expired leaves nothing behind either.
    public func end(_ digest: TokenDigest, at now: Instant, reason: SessionEndReason) async throws {
        try await database.write { transaction in
            if let session = try transaction.sessions.find(digest, at: now) { try transaction.end(session, at: now, reason: reason) }
            try transaction.grants.revokeAll(session: digest, includingOffline: false, at: now)
        }
    }
}

extension WriteTransaction {
    /// Ends a session and records it; what hangs on it is the caller's to decide.
    func end(_ session: Session, at now: Instant, reason: SessionEndReason) throws {
        guard try sessions.end(session.digest, at: now) else { return }
        try record(
            AuditEvent(
                at: now, kind: reason == .signedOut ? .residentSignedOut : .sessionEnded, actor: session.residentID.rawValue,
                residentID: session.residentID, sessionReference: session.reference, detail: ["reason": .string(reason.rawValue)]))
    }
}

extension Session {
    /// A name for records and pages, from which neither the cookie nor its digest can be found.
    public var reference: String {
        Base64URL.encode(Digest.sha256.hash(Array("portico session ".utf8) + digest.bytes).prefix(12))
    }
}
