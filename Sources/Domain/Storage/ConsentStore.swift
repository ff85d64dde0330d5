public import Database
public import Domain
public import OAuthProtocol
public import Primitives

/// What residents allowed agencies, one row for each pair.
public struct ConsentStore<Transaction: SQLReading> {
    let transaction: Transaction

    public func find(_ resident: ResidentID, client: ClientID) throws(DatabaseError) -> Consent? {
        try transaction.first(
            "SELECT \(consentColumns) FROM consent WHERE resident_id = \(resident.rawValue) AND client_id = \(client.rawValue)", readConsent)
    }

    /// The latest used first.
    public func list(of resident: ResidentID) throws(DatabaseError) -> [Consent] {
        try transaction.query(
            "SELECT \(consentColumns) FROM consent WHERE resident_id = \(resident.rawValue) ORDER BY last_used_at DESC, client_id", readConsent)
    }
}

extension ConsentStore where Transaction == WriteTransaction {
    /// Adds the consent, or replaces what was allowed before; when it was first granted stays.
    public func record(_ consent: Consent) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO consent (\(consentColumns))
            VALUES (\(consent.residentID.rawValue), \(consent.clientID.rawValue), \(consent.scope.text), \(consent.declined.text),
                \(jsonText(consent.claimNames)), \(consent.grantedAt), \(consent.updatedAt), \(consent.lastUsedAt))
            ON CONFLICT (resident_id, client_id) DO UPDATE SET scope = excluded.scope, declined = excluded.declined,
                claim_names = excluded.claim_names, updated_at = excluded.updated_at, last_used_at = excluded.last_used_at
            """)
    }

    @discardableResult
    public func markUsed(_ resident: ResidentID, client: ClientID, at now: Instant) throws(DatabaseError) -> Bool {
        try transaction.execute(
            "UPDATE consent SET last_used_at = \(now) WHERE resident_id = \(resident.rawValue) AND client_id = \(client.rawValue)") == 1
    }
}

private let consentColumns: SQLFragment = "resident_id, client_id, scope, declined, claim_names, granted_at, updated_at, last_used_at"

private func readConsent(_ row: Row) throws(DatabaseError) -> Consent {
    Consent(
        residentID: try row.residentID(0), clientID: try row.clientID(1), scope: try row.scope(2), declined: try row.scope(3),
        claimNames: try row.strings(4), grantedAt: try row.instant(5), updatedAt: try row.instant(6), lastUsedAt: try row.instant(7))
}
