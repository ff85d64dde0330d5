import Database

/// Whether the PostgreSQL server keeps what it acknowledges, and what stands between it and us.
enum PostgresChecks {
    private static let oldestVersion = 130_000
    /// Autovacuum begins at two hundred million, and the server stops at two thousand million.
    private static let agedTransactions: Int64 = 500_000_000
    private static let lastTransactions: Int64 = 1_500_000_000

    static func all(_ diagnosis: PostgresDiagnosis, url: PostgresURL, connections: Int) -> [Finding] {
        [version(diagnosis.version), encoding(diagnosis.settings["server_encoding"])] + durability(diagnosis.settings) + [
            self.connections(diagnosis, each: connections), role(diagnosis), encryption(diagnosis.isEncrypted, url), autovacuum(diagnosis.settings),
            wraparound(diagnosis.transactionAge),
        ]
    }

    private static func version(_ version: Int) -> Finding {
        let text = "PostgreSQL \(version / 10_000).\(version % 10_000)"
        return version >= oldestVersion
            ? .ok("database.version", text) : .fail("database.version", text, "Upgrade the server: 13 is the oldest that is supported.")
    }

    private static func encoding(_ encoding: String?) -> Finding {
        encoding == "UTF8"
            ? .ok("database.encoding", "UTF8")
            : .fail("database.encoding", encoding ?? "unknown", "Make the database anew with ENCODING 'UTF8'.")
    }

    /// Each of these, switched off, loses what was acknowledged when the server or its machine fails.
    private static func durability(_ settings: [String: String]) -> [Finding] {
        ["fsync", "full_page_writes", "synchronous_commit"].map { name in
            let value = settings[name] ?? "unknown"
            return value != "off"
                ? .ok("database.\(name)", value)
                : .fail(
                    "database.\(name)", "off: a crash can undo what was answered, a used code among it",
                    "Set \(name) = on in postgresql.conf, for the database and for the role.")
        }
    }

    private static func connections(_ diagnosis: PostgresDiagnosis, each connections: Int) -> Finding {
        // One more listens.
        let node = connections + 1
        let nodes = max(0, diagnosis.maximumConnections - diagnosis.reservedConnections) / node
        let found = "max_connections \(diagnosis.maximumConnections) is enough for \(nodes) nodes of \(node) connections"
        let remedy = "Raise max_connections, or lower database.connections."
        switch nodes {
        case 0: return .fail("database.connections", found, remedy)
        case 1: return .warn("database.connections", found, remedy + " An upgrade without downtime runs two at a time.")
        default: return .ok("database.connections", found)
        }
    }

    private static func role(_ diagnosis: PostgresDiagnosis) -> Finding {
        let remedy = "Let servers run as a role that may only read and change rows; give the owner's role to whoever upgrades."
        if diagnosis.isSuperuser { return .warn("database.role", "the role is a superuser", remedy) }
        if diagnosis.mayChangeSchema { return .warn("database.role", "the role may change the schema", remedy) }
        return .ok("database.role", "the role may read and change rows only")
    }

    private static func encryption(_ isEncrypted: Bool, _ url: PostgresURL) -> Finding {
        guard url.crossesNetwork else { return .ok("database.tls", "the connection does not leave this machine") }
        guard isEncrypted else {
            return .fail("database.tls", "the connection to another machine is not encrypted", "Add sslmode=verify-full to database.url.")
        }
        guard url.parameter("sslmode") == "verify-full" else {
            return .warn(
                "database.tls", "encrypted, but not to a server whose name is proved", "Add sslmode=verify-full and sslrootcert to database.url.")
        }
        return .ok("database.tls", "encrypted, and the server's name is proved")
    }

    private static func autovacuum(_ settings: [String: String]) -> Finding {
        settings["autovacuum"] == "off"
            ? .warn("database.autovacuum", "off: tables grow and slow down", "Set autovacuum = on in postgresql.conf.")
            : .ok("database.autovacuum", "on")
    }

    private static func wraparound(_ age: Int64) -> Finding {
        let found = "the oldest transaction is \(age / 1_000_000) million behind"
        let remedy = "See why vacuum does not freeze: long transactions, replication slots, autovacuum off."
        if age > lastTransactions { return .fail("database.wraparound", found + "; the server stops at 2,000 million", remedy) }
        if age > agedTransactions { return .warn("database.wraparound", found, remedy) }
        return .ok("database.wraparound", found)
    }
}
