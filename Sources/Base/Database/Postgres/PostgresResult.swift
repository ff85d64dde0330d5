internal import CPostgres

/// One answer of the server, held until it is released; as a `RowSource`, one row of it at a time.
final class PostgresResult: RowSource {
    private let handle: OpaquePointer
    private var row: Int32 = -1

    init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { PQclear(handle) }

    var status: ExecStatusType { PQresultStatus(handle) }

    var rowCount: Int { Int(PQntuples(handle)) }

    /// How many rows the statement inserted, changed or deleted; 0 for one that only reads.
    var changedRows: Int {
        guard let command = PQcmdStatus(handle), !String(cString: command).hasPrefix("SELECT") else { return 0 }
        return Int(String(cString: PQcmdTuples(handle))) ?? 0
    }

    /// Whether the transaction was ended without keeping anything, though a commit was asked for.
    var isRollback: Bool { PQcmdStatus(handle).map { String(cString: $0) == "ROLLBACK" } ?? false }

    /// Nil where the answer is no failure.
    var failure: PostgresFailure? {
        switch status {
        case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE: break
        case PGRES_EMPTY_QUERY: return PostgresFailure(state: "42601", message: "an empty statement", constraint: nil)
        default: return nil
        }
        let constraint = field("n") ?? field("t").map { table in field("c").map { "\(table).\($0)" } ?? table }
        return PostgresFailure(state: field("C"), message: field("M") ?? "", constraint: constraint)
    }

    /// A field of an error report, by its letter in the protocol (§55.8 of PostgreSQL's manual).
    private func field(_ code: Unicode.Scalar) -> String? {
        PQresultErrorField(handle, Int32(code.value)).map { String(cString: $0) }
    }

    // MARK: Rows

    func select(_ row: Int) { self.row = Int32(row) }

    /// Rows handed out before are void.
    func finish() { row = -1 }

    func integer(_ column: Int) throws(DatabaseError) -> Int64? {
        guard let (type, bytes) = try value(column) else { return nil }
        switch (type, bytes.count) {
        case (.int8, 8), (.int4, 4), (.int2, 2):
            // Network byte order; the sign is in the first byte.
            return bytes.dropFirst().reduce(Int64(Int8(bitPattern: bytes[0]))) { $0 << 8 | Int64($1) }
        case (.bool, 1): return Int64(bytes[0])
        default: throw Self.unexpected(column, "an integer")
        }
    }

    func real(_ column: Int) throws(DatabaseError) -> Double? {
        guard let (type, bytes) = try value(column) else { return nil }
        guard type == .float8, bytes.count == 8 else { throw Self.unexpected(column, "a real number") }
        return Double(bitPattern: bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }

    func text(_ column: Int) throws(DatabaseError) -> String? {
        guard let (type, bytes) = try value(column) else { return nil }
        guard [.text, .varchar, .name, .unknown].contains(type) else { throw Self.unexpected(column, "text") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformedRow("column \(column) is not UTF-8") }
        return text
    }

    func blob(_ column: Int) throws(DatabaseError) -> [UInt8]? {
        guard let (type, bytes) = try value(column) else { return nil }
        guard type == .bytea else { throw Self.unexpected(column, "bytes") }
        return Array(bytes)
    }

    private func value(_ column: Int) throws(DatabaseError) -> (PostgresType, UnsafeBufferPointer<UInt8>)? {
        guard row >= 0 else { throw .malformedRow("a row was read outside its closure") }
        guard column >= 0, column < Int(PQnfields(handle)) else { throw .malformedRow("column \(column) is null") }
        let index = Int32(column)
        if PQgetisnull(handle, row, index) != 0 { return nil }
        let length = Int(PQgetlength(handle, row, index))
        let start = PQgetvalue(handle, row, index).map { UnsafeRawPointer($0).assumingMemoryBound(to: UInt8.self) }
        return (PostgresType(rawValue: PQftype(handle, index)), UnsafeBufferPointer(start: start, count: length))
    }

    private static func unexpected(_ column: Int, _ wanted: String) -> DatabaseError { .malformedRow("column \(column) is not \(wanted)") }
}

/// The types of PostgreSQL that statements bind and read, by their object ids, which are the same in every installation.
struct PostgresType: RawRepresentable, Hashable {
    let rawValue: Oid

    static let bool = PostgresType(rawValue: 16)
    static let bytea = PostgresType(rawValue: 17)
    static let name = PostgresType(rawValue: 19)
    static let int8 = PostgresType(rawValue: 20)
    static let int2 = PostgresType(rawValue: 21)
    static let int4 = PostgresType(rawValue: 23)
    static let text = PostgresType(rawValue: 25)
    static let float8 = PostgresType(rawValue: 701)
    static let unknown = PostgresType(rawValue: 705)
    static let varchar = PostgresType(rawValue: 1043)
    /// Left to the server to find out from where the value stands.
    static let unspecified = PostgresType(rawValue: 0)
}
