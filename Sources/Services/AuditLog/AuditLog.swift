/// AuditLog owns the record of what was done: how an event is written, and what each kind of event means.
///
/// A change of state and its record are one transaction: the service that makes the change calls `record` in its own
/// transaction, so that neither exists without the other. What changes nothing (a refused sign-in) is no record but a notice
/// in the `SecurityLog`. It does not own the table (`Storage`), the shape of an event (`Domain`), or who may read the record.
public import Database
public import Domain
internal import Storage

extension WriteTransaction {
    /// Appends the event within this transaction.
    public func record(_ event: AuditEvent) throws(DatabaseError) {
        try audit.append(event)
    }
}
