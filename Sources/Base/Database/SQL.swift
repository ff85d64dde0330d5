public import Cryptography
public import Primitives

/// A statement with its values apart: `"SELECT name FROM resident WHERE id = \(id)"` binds `id`, it never becomes text.
///
/// The text around the values can only be a literal of the source: there is no way to make a statement of a text from outside.
/// Placeholders are written `$1`, `$2` …, which PostgreSQL defines and SQLite accepts.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
    let text: String
    let values: [SQLValue]

    public init(stringLiteral literal: StaticString) {
        text = literal.description
        values = []
    }

    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        values = stringInterpolation.values
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""
        var values: [SQLValue] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 3)
            values.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        /// Binds one value.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            values.append(value.sqlValue)
            text += "$\(values.count)"
        }

        /// Binds one value, or NULL.
        public mutating func appendInterpolation(_ value: (some SQLBindable)?) {
            appendInterpolation(value?.sqlValue ?? .null)
        }

        /// Binds each value, in parentheses, for `IN`. An empty list matches nothing.
        public mutating func appendInterpolation(list: [some SQLBindable]) {
            text += "("
            if list.isEmpty { text += "NULL" }
            for (index, value) in list.enumerated() {
                if index > 0 { text += ", " }
                appendInterpolation(value)
            }
            text += ")"
        }

        /// Inserts SQL that stands in the program's source.
        public mutating func appendInterpolation(_ fragment: SQLFragment) { text += fragment.text }

        /// Inserts names that stand in the program's source, separated by commas.
        public mutating func appendInterpolation(names: [SQLFragment]) { text += names.map(\.text).joined(separator: ", ") }

        /// Inserts names that stand in the program's source, each with `DESC`, for `ORDER BY`.
        public mutating func appendInterpolation(descending names: [SQLFragment]) {
            text += names.map { $0.text + " DESC" }.joined(separator: ", ")
        }

        /// Inserts text as SQL: for what this module itself writes.
        mutating func appendInterpolation(raw: String) { text += raw }
    }
}

/// A piece of SQL that can only come from a literal in the source, such as a list of columns used by several statements.
public struct SQLFragment: ExpressibleByStringLiteral, Sendable, Hashable {
    public let text: String

    public init(stringLiteral literal: StaticString) {
        text = literal.description
    }
}

/// A value as the engines store it.
public enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

extension SQLValue {
    /// Refuses what one of the engines could not keep, on both: a NUL in a text, which PostgreSQL does not store, and numbers that are not finite,
    /// which SQLite turns into NULL.
    ///
    /// - Throws: `checkViolation`.
    func requireStorable() throws(DatabaseError) {
        switch self {
        case .text(let text) where text.utf8.contains(0): throw .checkViolation("text with a NUL character")
        case .real(let real) where !real.isFinite: throw .checkViolation("a number that is not finite")
        default: return
        }
    }
}

/// What can be bound to a statement.
public protocol SQLBindable {
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    public var sqlValue: SQLValue { self }
}
extension String: SQLBindable {
    public var sqlValue: SQLValue { .text(self) }
}
extension Int: SQLBindable {
    public var sqlValue: SQLValue { .integer(Int64(self)) }
}
extension Int64: SQLBindable {
    public var sqlValue: SQLValue { .integer(self) }
}
extension Double: SQLBindable {
    public var sqlValue: SQLValue { .real(self) }
}
extension Bool: SQLBindable {
    /// 0 or 1.
    public var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}
extension [UInt8]: SQLBindable {
    public var sqlValue: SQLValue { .blob(self) }
}
extension Instant: SQLBindable {
    /// Milliseconds since 1970.
    public var sqlValue: SQLValue { .integer(milliseconds) }
}
extension TokenDigest: SQLBindable {
    /// 32 bytes.
    public var sqlValue: SQLValue { .blob(bytes) }
}
extension Optional: SQLBindable where Wrapped: SQLBindable {
    public var sqlValue: SQLValue { map(\.sqlValue) ?? .null }
}
