public import Database

/// Secrets of the installation, sealed under the master key before they come here.
public struct SealedSecretStore<Transaction: SQLReading> {
    let transaction: Transaction

    public func find(_ name: String) throws(DatabaseError) -> [UInt8]? {
        try transaction.first("SELECT sealed FROM sealed_secret WHERE name = \(name)") { row throws(DatabaseError) in try row.blob(0) }
    }
}

extension SealedSecretStore where Transaction == WriteTransaction {
    /// Keeps `sealed` where nothing of that name is kept, and answers with what is kept: of several starting processes all get the first one's.
    public func insertIfAbsent(_ name: String, _ sealed: [UInt8]) throws(DatabaseError) -> [UInt8] {
        try transaction.execute("INSERT INTO sealed_secret (name, sealed) VALUES (\(name), \(sealed)) ON CONFLICT (name) DO NOTHING")
        return try find(name) ?? sealed
    }
}
