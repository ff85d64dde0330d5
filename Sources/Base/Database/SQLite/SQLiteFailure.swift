import GRDB
import GRDBSQLite

/// SQLite's handle of a connection; GRDB owns it.
typealias SQLiteConnectionHandle = OpaquePointer?

/// What SQLite's result codes mean to the floors above.
enum SQLiteFailure {
    /// The failure of the last call on `connection`.
    static func last(on connection: SQLiteConnectionHandle) -> DatabaseError {
        translate(code: sqlite3_extended_errcode(connection), message: String(cString: sqlite3_errmsg(connection)))
    }

    /// A failure that GRDB reports when it opens a connection or compiles a statement.
    static func translate(_ error: any Error) -> DatabaseError {
        switch error {
        case let failure as GRDB.DatabaseError: translate(code: failure.extendedResultCode.rawValue, message: failure.message ?? "")
        case let failure as DatabaseError: failure
        default: .unavailable("the connection failed")
        }
    }

    /// `message` is passed on only where SQLite writes nothing but names into it.
    private static func translate(code: Int32, message: String) -> DatabaseError {
        let meaning = "\(String(cString: sqlite3_errstr(code))) (SQLite \(code))"
        switch code {
        case SQLITE_CONSTRAINT | (8 << 8), SQLITE_CONSTRAINT | (6 << 8), SQLITE_CONSTRAINT | (10 << 8):
            return .uniqueViolation(names(in: message))
        case SQLITE_CONSTRAINT | (3 << 8):
            return .foreignKeyViolation
        default: break
        }
        switch code & 0xFF {
        case SQLITE_CONSTRAINT: return .checkViolation(names(in: message))
        case SQLITE_TOOBIG: return .checkViolation("a value too large to store")
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: return .corrupt(meaning)
        case SQLITE_ERROR, SQLITE_MISUSE, SQLITE_RANGE, SQLITE_MISMATCH, SQLITE_SCHEMA, SQLITE_AUTH: return .misuse("\(meaning): \(message)")
        default: return .unavailable(meaning)
        }
    }

    /// "UNIQUE constraint failed: resident.username_key" → "resident.username_key".
    private static func names(in message: String) -> String {
        guard let separator = message.range(of: "failed: ") else { return message }
        return String(message[separator.upperBound...])
    }
}
