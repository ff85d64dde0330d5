import GRDB
import GRDBSQLite

/// One run of a statement: bound, stepped, read, then reset.
final class SQLiteCursor: RowSource {
    private let statement: Statement
    private var isRunning = true

    init(_ statement: Statement) {
        self.statement = statement
    }

    /// Readies the statement for its next run; rows handed out before are void.
    func finish() {
        isRunning = false
        sqlite3_reset(statement.sqliteStatement)
        sqlite3_clear_bindings(statement.sqliteStatement)
    }

    /// True where a row is there to read, false at the end.
    func step(_ connection: SQLiteConnectionHandle) throws(DatabaseError) -> Bool {
        switch sqlite3_step(statement.sqliteStatement) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        default: throw SQLiteFailure.last(on: connection)
        }
    }

    func bind(_ values: [SQLValue], _ connection: SQLiteConnectionHandle) throws(DatabaseError) {
        guard sqlite3_bind_parameter_count(statement.sqliteStatement) == Int32(clamping: values.count) else {
            throw .misuse("a statement's values do not match its placeholders")
        }
        for (index, value) in values.enumerated() {
            guard try bind(value, at: Int32(index + 1)) == SQLITE_OK else { throw SQLiteFailure.last(on: connection) }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) throws(DatabaseError) -> Int32 {
        let handle = statement.sqliteStatement
        try value.requireStorable()
        switch value {
        case .null:
            return sqlite3_bind_null(handle, index)
        case .integer(let integer):
            return sqlite3_bind_int64(handle, index, integer)
        case .real(let real):
            return sqlite3_bind_double(handle, index, real)
        case .text(var text):
            return text.withUTF8 { bytes in
                // An empty string may have no address, and SQLite takes a null pointer for NULL.
                guard let start = bytes.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, nil) }
                return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters in
                    sqlite3_bind_text64(handle, index, characters, UInt64(bytes.count), SQLiteCursor.copied, UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return sqlite3_bind_blob64(handle, index, bytes, UInt64(bytes.count), SQLiteCursor.copied)
        }
    }

    /// SQLITE_TRANSIENT, a macro Swift does not see: SQLite copies the value before the call returns.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func integer(_ column: Int) throws(DatabaseError) -> Int64? {
        guard try isPresent(column, SQLITE_INTEGER, "an integer") else { return nil }
        return sqlite3_column_int64(statement.sqliteStatement, Int32(truncatingIfNeeded: column))
    }

    func real(_ column: Int) throws(DatabaseError) -> Double? {
        guard try isPresent(column, SQLITE_FLOAT, "a real number") else { return nil }
        return sqlite3_column_double(statement.sqliteStatement, Int32(truncatingIfNeeded: column))
    }

    func text(_ column: Int) throws(DatabaseError) -> String? {
        guard try isPresent(column, SQLITE_TEXT, "text") else { return nil }
        let index = Int32(truncatingIfNeeded: column)
        guard let start = sqlite3_column_text(statement.sqliteStatement, index) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement.sqliteStatement, index)))
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformedRow("column \(column) is not UTF-8") }
        return text
    }

    func blob(_ column: Int) throws(DatabaseError) -> [UInt8]? {
        guard try isPresent(column, SQLITE_BLOB, "bytes") else { return nil }
        let index = Int32(truncatingIfNeeded: column)
        guard let start = sqlite3_column_blob(statement.sqliteStatement, index) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement.sqliteStatement, index))))
    }

    private func isPresent(_ column: Int, _ type: Int32, _ name: String) throws(DatabaseError) -> Bool {
        guard isRunning else { throw .malformedRow("a row was read outside its closure") }
        let found = sqlite3_column_type(statement.sqliteStatement, Int32(clamping: column))
        if found == SQLITE_NULL { return false }
        guard found == type else { throw .malformedRow("column \(column) is not \(name)") }
        return true
    }
}
