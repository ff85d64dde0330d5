/// Who else is at a database: what replaces or copies one must not do so under a running server.
extension Database {
    /// Whether any process, this one included, has the SQLite file at `path` open.
    ///
    /// - Throws: `unavailable` where the file cannot be opened, `corrupt` where it is no SQLite database.
    public static func isSQLiteInUse(path: String) throws(DatabaseError) -> Bool {
        try SQLiteFile.isInUse(path: path)
    }

    /// How many connections to this PostgreSQL database go by `applicationName`; 0 on SQLite.
    public func connections(named applicationName: String) async throws -> Int {
        guard dialect == .postgres else { return 0 }
        return try await read { transaction in
            try transaction.first(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = \(applicationName)"
            ) { row throws(DatabaseError) in try row.int(0) } ?? 0
        }
    }
}
