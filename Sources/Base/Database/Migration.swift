import Cryptography
import Primitives

/// One step of the schema. Steps only go forward, and once released never change: a checksum of the SQL is kept with what was applied.
///
/// While a new release is rolled out, programs of the release before go on running on the changed schema. So a step *expands*: it adds what
/// older programs do not see. What nothing uses any more a later step *contracts* away, once no program that used it runs.
public struct Migration: Sendable, Hashable {
    /// Counts from 1 without gaps.
    public let version: Int
    public let name: String
    public let phase: Phase
    /// The tables that exist before the step and that it locks in PostgreSQL.
    public let locks: [TableLock]
    private let scripts: [SQLDialect: String]

    public enum Phase: Sendable, Hashable {
        /// Every program that worked before the step works on after it.
        case expand
        /// Only programs that know the schema's version `needs` or a later one work on.
        case contract(needs: Int)
    }

    public struct TableLock: Sendable, Hashable {
        public let table: String
        /// As PostgreSQL names it, such as `ACCESS EXCLUSIVE`.
        public let mode: String

        public init(table: String, mode: String) {
            self.table = table
            self.mode = mode
        }
    }

    /// - Parameters:
    ///   - sqlite: One or more statements. They run in one transaction and so must not begin or end one.
    ///   - postgres: the same for PostgreSQL.
    public init(version: Int, name: String, sqlite: String, postgres: String, phase: Phase = .expand, locks: [TableLock] = []) {
        self.version = version
        self.name = name
        self.phase = phase
        self.locks = locks
        scripts = [.sqlite: sqlite, .postgres: postgres]
    }

    /// A step whose SQL every engine speaks.
    public init(version: Int, name: String, sql: String, phase: Phase = .expand, locks: [TableLock] = []) {
        self.init(version: version, name: name, sqlite: sql, postgres: sql, phase: phase, locks: locks)
    }

    public func sql(_ dialect: SQLDialect) -> String { scripts[dialect] ?? "" }

    /// SHA-256 of the SQL's UTF-8, in hexadecimal.
    func checksum(_ dialect: SQLDialect) -> String { Hexadecimal.encode(Digest.sha256.hash(sql(dialect).utf8)) }

    /// The version of the schema that a program must know at least to work after this step.
    var oldestProgram: Int {
        switch phase {
        case .expand: 0
        case .contract(let needs): needs
        }
    }
}

/// The SQL in which an engine's schema is written. Statements are written once for all.
public enum SQLDialect: Sendable, Hashable, CaseIterable {
    case sqlite, postgres
}

/// Compares what a database has with what the program carries, and applies what is missing, one step a transaction.
struct Migrator: Sendable {
    private let migrations: [Migration]
    private let dialect: SQLDialect

    init(_ migrations: [Migration], _ dialect: SQLDialect) throws(DatabaseError) {
        guard migrations.map(\.version) == Array(1..<(migrations.count + 1)) else {
            throw .misuse("migrations must be numbered from 1 without gaps")
        }
        self.migrations = migrations
        self.dialect = dialect
    }

    struct Applied: Equatable {
        let version: Int
        let name: String
        let checksum: String
    }

    /// The steps that the database lacks.
    ///
    /// - Throws: `schemaNewer` where a newer program has taken away what this one needs, `schemaAltered` where an applied step is not the one known.
    func missing(_ transaction: some SQLReading & EngineTransaction) throws(DatabaseError) -> ArraySlice<Migration> {
        let applied = try Migrator.applied(transaction)
        for (found, known) in zip(applied, migrations) {
            guard found == Applied(version: known.version, name: known.name, checksum: known.checksum(dialect)) else {
                throw .schemaAltered(version: known.version, name: known.name)
            }
        }
        if let last = applied.last, last.version > migrations.count {
            let oldest = try oldestProgram(transaction, of: last.version)
            guard oldest <= migrations.count else { throw .schemaNewer(found: last.version, known: migrations.count) }
        }
        return migrations.dropFirst(applied.count)
    }

    /// Applies the next step that is missing. False where there is none.
    ///
    /// The applied steps are read again inside the write transaction, so that of two processes each step runs in one only.
    func applyNext(_ transaction: WriteTransaction, at now: Instant) throws(DatabaseError) -> Bool {
        try transaction.connection.beginMigration()
        guard let next = try missing(transaction).first else { return false }
        try transaction.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)
            """)
        try transaction.execute("CREATE TABLE IF NOT EXISTS schema_support (version INTEGER PRIMARY KEY, oldest_program INTEGER NOT NULL)")
        try transaction.connection.runScript(next.sql(dialect))
        try transaction.execute(
            """
            INSERT INTO schema_migration (version, name, checksum, applied_at)
            VALUES (\(next.version), \(next.name), \(next.checksum(dialect)), \(now))
            """)
        try transaction.execute("INSERT INTO schema_support (version, oldest_program) VALUES (\(next.version), \(next.oldestProgram))")
        return true
    }

    static func applied(_ transaction: some SQLReading & EngineTransaction) throws(DatabaseError) -> [Applied] {
        guard try transaction.connection.hasTable(named: "schema_migration") else { return [] }
        return try transaction.query("SELECT version, name, checksum FROM schema_migration ORDER BY version") { row throws(DatabaseError) in
            Applied(version: try row.int(0), name: try row.text(1), checksum: try row.text(2))
        }
    }

    /// What the steps beyond this program's own ask of it. A step whose program said nothing asks for its own version.
    private func oldestProgram(_ transaction: some SQLReading & EngineTransaction, of version: Int) throws(DatabaseError) -> Int {
        guard try transaction.connection.hasTable(named: "schema_support") else { return version }
        let said = try transaction.query(
            "SELECT oldest_program FROM schema_support WHERE version > \(migrations.count)"
        ) { row throws(DatabaseError) in try row.int(0) }
        return said.count == version - migrations.count ? said.max() ?? version : version
    }
}

/// What lets the migrator look behind either kind of transaction.
protocol EngineTransaction {
    var connection: any EngineConnection { get }
}
extension ReadTransaction: EngineTransaction {}
extension WriteTransaction: EngineTransaction {}
