import Cryptography
import Primitives

/// One step of the schema. Steps only go forward, and once released never change: a checksum of the SQL is kept with what was applied.
public struct Migration: Sendable, Hashable {
    /// Counts from 1 without gaps.
    public let version: Int
    public let name: String
    /// One or more statements. They run in one transaction and so must not begin or end one.
    public let sql: String

    public init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    /// SHA-256 of the SQL's UTF-8.
    var checksum: [UInt8] { Digest.sha256.hash(Array(sql.utf8)) }
}

/// Compares what a database has with what the program carries, and applies what is missing, one step a transaction.
struct Migrator: Sendable {
    private let migrations: [Migration]

    init(_ migrations: [Migration]) throws(DatabaseError) {
        guard migrations.map(\.version) == Array(1..<(migrations.count + 1)) else {
            throw .misuse("migrations must be numbered from 1 without gaps")
        }
        self.migrations = migrations
    }

    struct Applied: Equatable {
        let version: Int
        let name: String
        let checksum: [UInt8]
    }

    /// Applies the next step that is missing. False where there is none.
    ///
    /// The applied steps are read again inside the write transaction, so that of two processes each step runs in one only.
    func applyNext(_ transaction: WriteTransaction, at now: Instant) throws(DatabaseError) -> Bool {
        try transaction.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migration (
                version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)
            """)
        let applied = try Migrator.applied(transaction)
        try check(applied)
        guard applied.count < migrations.count else { return false }
        let next = migrations[applied.count]
        try transaction.connection.runScript(next.sql)
        try transaction.execute(
            """
            INSERT INTO schema_migration (version, name, checksum, applied_at)
            VALUES (\(next.version), \(next.name), \(hexadecimal(next.checksum)), \(now))
            """)
        return true
    }

    static func applied(_ transaction: some SQLReading & EngineTransaction) throws(DatabaseError) -> [Applied] {
        guard try transaction.connection.hasTable(named: "schema_migration") else { return [] }
        return try transaction.query("SELECT version, name, checksum FROM schema_migration ORDER BY version") { row throws(DatabaseError) in
            Applied(version: try row.int(0), name: try row.text(1), checksum: Array(try row.text(2).utf8))
        }
    }

    private func check(_ applied: [Applied]) throws(DatabaseError) {
        if let last = applied.last, last.version > migrations.count {
            throw .schemaNewer(found: last.version, known: migrations.count)
        }
        for (found, known) in zip(applied, migrations) {
            guard found.version == known.version, found.name == known.name, found.checksum == Array(hexadecimal(known.checksum).utf8) else {
                throw .schemaAltered(version: known.version, name: known.name)
            }
        }
    }
}

/// What lets the migrator look behind either kind of transaction.
protocol EngineTransaction {
    var connection: any EngineConnection { get }
}
extension ReadTransaction: EngineTransaction {}
extension WriteTransaction: EngineTransaction {}

private func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
