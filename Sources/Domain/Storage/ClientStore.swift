public import Database
public import Domain
public import OAuthProtocol

/// Registrations of agencies.
public struct ClientStore<Transaction: SQLReading> {
    let transaction: Transaction

    /// In the order of their ids.
    public func all() throws(DatabaseError) -> [Client] {
        try transaction.query("SELECT \(clientColumns) FROM client ORDER BY id", readClient)
    }

    public func find(_ id: ClientID) throws(DatabaseError) -> Client? {
        try transaction.first("SELECT \(clientColumns) FROM client WHERE id = \(id.rawValue)", readClient)
    }
}

extension ClientStore where Transaction == WriteTransaction {
    /// Adds the client, or replaces its metadata and secret; when it was created stays.
    public func upsert(_ client: Client) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO client (\(clientColumns))
            VALUES (\(client.id.rawValue), \(jsonText(client.metadata.json)), \(client.secretDigest), \(client.createdAt), \(client.updatedAt))
            ON CONFLICT (id) DO UPDATE SET metadata = excluded.metadata, secret_digest = excluded.secret_digest,
                updated_at = excluded.updated_at
            """)
    }

    /// Removes the client with its consents, its grants and all that hangs on them. False where there is no such client.
    @discardableResult
    public func remove(_ id: ClientID) throws(DatabaseError) -> Bool {
        try transaction.execute("DELETE FROM client WHERE id = \(id.rawValue)") == 1
    }
}

private let clientColumns: SQLFragment = "id, metadata, secret_digest, created_at, updated_at"

private func readClient(_ row: Row) throws(DatabaseError) -> Client {
    let json = try row.object(1)
    let metadata: ClientMetadata
    do throws(OAuthFailure) {
        // What a client may not register itself was refused when it did; what an operator may, must be read back.
        metadata = try ClientMetadata(json: json, operatorRegistered: true)
    } catch {
        throw .malformedRow("client metadata: \(error.description)")
    }
    return Client(
        id: try row.clientID(0), metadata: metadata, secretDigest: try row.digestOrNull(2), createdAt: try row.instant(3),
        updatedAt: try row.instant(4))
}
