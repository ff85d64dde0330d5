public import Cryptography
public import Primitives

/// One row of a result, read by zero-based column. It is valid only inside the closure it is handed to; afterwards every
/// column is `malformedRow`. A column of another type than asked for is `malformedRow` too.
public struct Row {
    let source: any RowSource

    public func integer(_ column: Int) throws(DatabaseError) -> Int64 {
        guard let value = try integerOrNull(column) else { throw Row.unexpectedNull(column) }
        return value
    }

    public func integerOrNull(_ column: Int) throws(DatabaseError) -> Int64? { try source.integer(column) }

    /// An integer that fits `Int`.
    public func int(_ column: Int) throws(DatabaseError) -> Int { Int(try integer(column)) }

    public func real(_ column: Int) throws(DatabaseError) -> Double {
        guard let value = try source.real(column) else { throw Row.unexpectedNull(column) }
        return value
    }

    public func text(_ column: Int) throws(DatabaseError) -> String {
        guard let value = try textOrNull(column) else { throw Row.unexpectedNull(column) }
        return value
    }

    public func textOrNull(_ column: Int) throws(DatabaseError) -> String? { try source.text(column) }

    public func blob(_ column: Int) throws(DatabaseError) -> [UInt8] {
        guard let value = try blobOrNull(column) else { throw Row.unexpectedNull(column) }
        return value
    }

    public func blobOrNull(_ column: Int) throws(DatabaseError) -> [UInt8]? { try source.blob(column) }

    /// 0 or 1, nothing else.
    public func bool(_ column: Int) throws(DatabaseError) -> Bool {
        switch try integer(column) {
        case 0: false
        case 1: true
        default: throw .malformedRow("column \(column) is neither 0 nor 1")
        }
    }

    /// Milliseconds since 1970.
    public func instant(_ column: Int) throws(DatabaseError) -> Instant { Instant(milliseconds: try integer(column)) }

    public func instantOrNull(_ column: Int) throws(DatabaseError) -> Instant? {
        try integerOrNull(column).map(Instant.init(milliseconds:))
    }

    /// Exactly 32 bytes.
    public func digest(_ column: Int) throws(DatabaseError) -> TokenDigest {
        guard let digest = try digestOrNull(column) else { throw Row.unexpectedNull(column) }
        return digest
    }

    public func digestOrNull(_ column: Int) throws(DatabaseError) -> TokenDigest? {
        guard let bytes = try blobOrNull(column) else { return nil }
        guard bytes.count == 32 else { throw .malformedRow("column \(column) is no digest: \(bytes.count) bytes") }
        return TokenDigest(bytes: bytes)
    }

    private static func unexpectedNull(_ column: Int) -> DatabaseError { .malformedRow("column \(column) is null") }
}

/// Where an engine's current row can be read. Null is `nil`; another type than asked for is `malformedRow`.
protocol RowSource: AnyObject {
    func integer(_ column: Int) throws(DatabaseError) -> Int64?
    func real(_ column: Int) throws(DatabaseError) -> Double?
    func text(_ column: Int) throws(DatabaseError) -> String?
    func blob(_ column: Int) throws(DatabaseError) -> [UInt8]?
}
