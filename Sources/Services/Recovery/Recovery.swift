/// Recovery owns what follows from a database being an older one, brought back from a backup: what may have been used since and so counts for
/// nothing, and which work of staff's since is undone and must be done again.
///
/// It knows neither files nor tools that copy databases: whoever brought the database back says that it was. What the mark means for a grant or a session
/// the stores decide where they read one.
internal import AuditLog
public import Database
internal import Domain
public import Primitives
public import Storage

public struct Recovery: Sendable {
    private let database: Database
    private let actor: String

    /// - Parameter operator: the person's user name on this machine; recorded as `operator:NAME`.
    public init(database: Database, operator name: String) {
        self.database = database
        actor = "operator:\(name)"
    }

    /// What the database holds, as far as a restore concerns it.
    public func state() async throws -> RestoredState {
        try await database.read { transaction in
            RestoredState(end: try transaction.audit.end(), restoredAt: try transaction.epochs.restoredAt())
        }
    }

    /// Marks the database as restored, records that it was, and tells every process that has it open, in one transaction.
    ///
    /// From then on every session and grant of before is over, and with the grants every code and token; consents stay.
    /// - Returns: the moment up to which everything is over.
    /// - Throws: `RecoveryError.clockBehind` where something in the database is later than the clock by more than clocks may differ;
    ///   `DatabaseError`.
    public func mark(at now: Instant) async throws -> Instant {
        try await database.write { transaction in
            let latest = [try transaction.grants.latestCreation(), try transaction.sessions.latestCreation()].compactMap(\.self).max() ?? now
            guard latest <= now + Self.clockTolerance else { throw RecoveryError.clockBehind(now: now, latest: latest) }
            let moment = max(now, latest)
            let end = try transaction.audit.end()
            try transaction.epochs.markRestored(at: moment)
            try transaction.record(
                AuditEvent(
                    at: now, kind: .databaseRestored, actor: actor,
                    detail: ["last_event_at": end.map { .integer($0.at.secondsSince1970) } ?? .null]))
            return moment
        }
    }

    /// What was done in `later`, the database that this one takes the place of, since this one was backed up.
    public func undone(from later: Database, since state: RestoredState) async throws -> UndoneWork {
        try await later.read { transaction in
            let events = try transaction.audit.list(UndoneWork.attention, after: state.end, limit: UndoneWork.most)
            let counts = try transaction.audit.counts(after: state.end)
            let attention = Set(UndoneWork.attention.map(\.rawValue))
            let total = counts.reduce(0) { attention.contains($1.kind) ? $0 + $1.count : $0 }
            return UndoneWork(
                events: events, unlisted: total - events.count,
                others: counts.filter { !attention.contains($0.kind) }.map { UndoneWork.Count(kind: $0.kind, count: $0.count) })
        }
    }

    /// What one node's clock may be ahead of another's.
    private static let clockTolerance = Duration.minutes(1)
}

/// What a database that is to be brought back says of itself.
public struct RestoredState: Sendable {
    /// The end of its record; nil where nothing was ever done.
    public let end: AuditPosition?
    /// When it was restored before; nil where it never was.
    public let restoredAt: Instant?
}

/// Why a database cannot be marked as restored.
public enum RecoveryError: Error, Sendable, Hashable {
    /// Sessions or grants are later than the clock: a mark with its time would leave them standing.
    case clockBehind(now: Instant, latest: Instant)
}
