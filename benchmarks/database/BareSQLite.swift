import GRDBSQLite

/// SQLite's own C interface on the calling thread, set as the engine sets it: the limit that the engine is measured against.
final class BareSQLite {
    private var connection: OpaquePointer?
    private var statements: [String: OpaquePointer] = [:]

    struct Failure: Error { let code: Int32 }

    init(path: String) throws {
        try check(sqlite3_open(path, &connection))
        for pragma in ["journal_mode = WAL", "synchronous = FULL", "cache_size = -2048"] {
            try check(sqlite3_exec(connection, "PRAGMA \(pragma)", nil, nil, nil))
        }
        let table = "CREATE TABLE item (id BLOB NOT NULL PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID"
        try check(sqlite3_exec(connection, table, nil, nil, nil))
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close(connection)
    }

    func insert(_ key: [UInt8], _ body: [UInt8]) throws {
        try step("BEGIN IMMEDIATE")
        try step("INSERT INTO item (id, body) VALUES (?, ?)", key, body)
        try step("COMMIT")
    }

    func select(_ key: [UInt8]) throws {
        try step("BEGIN")
        try step("SELECT body FROM item WHERE id = ?", key)
        try step("COMMIT")
    }

    private func step(_ sql: String, _ values: [UInt8]...) throws {
        if statements[sql] == nil {
            var statement: OpaquePointer?
            try check(sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
            statements[sql] = statement
        }
        let statement = statements[sql]
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (index, value) in values.enumerated() {
            sqlite3_bind_blob(statement, Int32(index + 1), value, Int32(value.count), copied)
        }
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard code == SQLITE_DONE || code == SQLITE_ROW else { throw Failure(code: code) }
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw Failure(code: code) }
    }
}
