public import Database
public import Domain
public import Primitives

/// A place in the record: after one event, before the next.
public struct AuditPosition: Sendable, Hashable {
    /// The number of the last event before it; events are numbered as they are written.
    let id: Int64
    /// When that event was.
    public let at: Instant
}

/// What one record has that another, which ends at a position, lacks.
///
/// A later state of the same database has exactly the events of higher numbers. One that has gone a way of its own since, after a restore, has some of
/// lower ones too: those it tells apart by their time.
extension AuditStore {
    /// The end of the record; nil where nothing was ever done.
    public func end() throws(DatabaseError) -> AuditPosition? {
        try transaction.first("SELECT id, at FROM audit_event ORDER BY id DESC LIMIT 1") { row throws(DatabaseError) in
            AuditPosition(id: try row.integer(0), at: try row.instant(1))
        }
    }

    /// The events of `kinds` after `position`, the oldest first. All of them where there is no position. Reads the table through.
    public func list(_ kinds: [AuditKind], after position: AuditPosition?, limit: Int) throws(DatabaseError) -> [AuditEvent] {
        try transaction.query(
            """
            SELECT \(auditColumns) FROM audit_event
            WHERE kind IN \(list: kinds.map(\.rawValue)) AND (id > \(position?.id ?? 0) OR at > \(position?.at ?? Instant(milliseconds: .max)))
            ORDER BY id LIMIT \(max(0, limit))
            """, readEvent)
    }

    /// How many events of each kind there are after `position`, by the stored name of the kind: a newer program's are among them.
    public func counts(after position: AuditPosition?) throws(DatabaseError) -> [(kind: String, count: Int)] {
        try transaction.query(
            """
            SELECT kind, COUNT(*) FROM audit_event WHERE id > \(position?.id ?? 0) OR at > \(position?.at ?? Instant(milliseconds: .max))
            GROUP BY kind ORDER BY kind
            """
        ) { row throws(DatabaseError) in (kind: try row.text(0), count: try row.int(1)) }
    }
}
