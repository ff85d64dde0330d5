public import Database
public import Domain
import Primitives

/// The record of what was done. It is only ever added to.
public struct AuditStore<Transaction: SQLReading> {
    let transaction: Transaction

    /// The latest events, newest first; with `resident`, those that concern them.
    public func list(limit: Int, of resident: ResidentID? = nil) throws(DatabaseError) -> [AuditEvent] {
        guard let resident else {
            return try transaction.query("SELECT \(auditColumns) FROM audit_event ORDER BY id DESC LIMIT \(max(0, limit))", readEvent)
        }
        return try transaction.query(
            "SELECT \(auditColumns) FROM audit_event WHERE resident_id = \(resident.rawValue) ORDER BY id DESC LIMIT \(max(0, limit))", readEvent)
    }
}

extension AuditStore where Transaction == WriteTransaction {
    public func append(_ event: AuditEvent) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO audit_event (\(auditColumns))
            VALUES (\(event.at), \(event.kind.rawValue), \(event.actor), \(event.residentID?.rawValue), \(event.clientID?.rawValue),
                \(event.sessionReference), \(event.reference), \(jsonText(event.detail)))
            """)
    }
}

let auditColumns: SQLFragment = "at, kind, actor, resident_id, client_id, session_reference, reference, detail"

func readEvent(_ row: Row) throws(DatabaseError) -> AuditEvent {
    AuditEvent(
        at: try row.instant(0), kind: try row.value(1, AuditKind.init(rawValue:)), actor: try row.text(2),
        residentID: try row.textOrNull(3) == nil ? nil : try row.residentID(3), clientID: try row.textOrNull(4) == nil ? nil : try row.clientID(4),
        sessionReference: try row.textOrNull(5), reference: try row.textOrNull(6), detail: try row.object(7))
}
