import Primitives

/// What an engine says of its own condition.
public enum DatabaseDiagnosis: Sendable {
    case sqlite(SQLiteDiagnosis)
    case postgres(PostgresDiagnosis)
}

public struct SQLiteDiagnosis: Sendable {
    /// Whether there is a write-ahead log, which lets reads and writes go on side by side.
    public let journalMode: String
    /// What a check of every page found; empty where all is sound. At most ten.
    public let damage: [String]
    public let bytes: Int64
}

public struct PostgresDiagnosis: Sendable {
    /// As `server_version_num` has it: 150004 is 15.4.
    public let version: Int
    /// Settings by their name, as the server has them for this connection.
    public let settings: [String: String]
    public let maximumConnections: Int
    /// Connections that only the server's administrators may use.
    public let reservedConnections: Int
    public let isSuperuser: Bool
    /// Whether the role could change tables: by making new ones or by owning those there are.
    public let mayChangeSchema: Bool
    public let isEncrypted: Bool
    /// How many transactions the oldest unfrozen row is behind; the server stops taking changes some two thousand million before which.
    public let transactionAge: Int64
    public let bytes: Int64
    /// How far the server's clock is ahead of this machine's, or behind it where negative; the time the question took is allowed for.
    public let clockDifference: Duration

    /// The settings that are asked for.
    public static let settingNames = ["server_encoding", "fsync", "synchronous_commit", "full_page_writes", "autovacuum"]
}

extension Database {
    /// Looks at the engine behind this database. Nothing is changed.
    public func diagnosis() async throws -> DatabaseDiagnosis {
        switch dialect {
        case .sqlite: .sqlite(try await read { transaction in try SQLiteDiagnosis(transaction) })
        case .postgres: .postgres(try await postgresDiagnosis())
        }
    }

    private func postgresDiagnosis() async throws -> PostgresDiagnosis {
        // The connection is made by a question of its own, so that the time it takes is not taken for a difference.
        _ = try await read { transaction in try transaction.first("SELECT 1") { row throws(DatabaseError) in try row.int(0) } }
        let clock = timeSource
        return try await read { transaction in
            let asked = clock.now()
            let server = try transaction.first("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint") { row throws(DatabaseError) in
                try row.instant(0)
            }
            return try PostgresDiagnosis(transaction, clock: server ?? asked, asked: asked, answered: clock.now())
        }
    }
}

extension SQLiteDiagnosis {
    fileprivate init(_ transaction: ReadTransaction) throws(DatabaseError) {
        journalMode = try transaction.first("PRAGMA journal_mode") { row throws(DatabaseError) in try row.text(0) } ?? ""
        damage = try transaction.query("PRAGMA quick_check(10)") { row throws(DatabaseError) in try row.text(0) }.filter { $0 != "ok" }
        let pages = try transaction.first("PRAGMA page_count") { row throws(DatabaseError) in try row.integer(0) } ?? 0
        bytes = pages * (try transaction.first("PRAGMA page_size") { row throws(DatabaseError) in try row.integer(0) } ?? 0)
    }
}

extension PostgresDiagnosis {
    fileprivate init(_ transaction: ReadTransaction, clock: Instant, asked: Instant, answered: Instant) throws(DatabaseError) {
        let named = try transaction.query("SELECT name, setting FROM pg_settings WHERE name IN \(list: Self.settingNames)") {
            row throws(DatabaseError) in
            (try row.text(0), try row.text(1))
        }
        settings = Dictionary(uniqueKeysWithValues: named)
        clockDifference = clock < asked ? clock.since(asked) : clock > answered ? clock.since(answered) : .zero
        let facts = try transaction.first(Self.question) { row throws(DatabaseError) in
            (
                try row.int(0), try row.int(1), try row.int(2), try row.bool(3), try row.bool(4), try row.bool(5), try row.integer(6),
                try row.integer(7)
            )
        }
        guard let facts else { throw .malformedRow("the server says nothing of itself") }
        (version, maximumConnections, reservedConnections, isSuperuser, mayChangeSchema, isEncrypted, transactionAge, bytes) = facts
    }

    private static let question: SQL = """
        SELECT current_setting('server_version_num')::bigint, current_setting('max_connections')::bigint,
            current_setting('superuser_reserved_connections')::bigint + COALESCE(current_setting('reserved_connections', true), '0')::bigint,
            (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
            COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false)
                OR EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND pg_has_role(tableowner, 'USAGE')),
            COALESCE((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
            (SELECT age(datfrozenxid)::bigint FROM pg_database WHERE datname = current_database()), pg_database_size(current_database())
        """
}
