import Cryptography
import Database
import Primitives

/// What a table holds, in a form that two databases can be compared by.
public struct TableSummary: Sendable, Hashable {
    public let table: String
    public let rows: Int
    /// Of every row in the order of the key, in hexadecimal.
    public let sha256: String
}

/// SHA-256 over the rows of a table in an encoding that no two different tables share: each value with its kind, and its length where that varies.
/// It does not depend on the engine, nor on how many rows are read at once.
public struct TableChecksum: ~Copyable {
    private let table: CopiedTable
    private var rows = 0
    private var digest = RunningDigest(.sha256)

    public init(_ table: CopiedTable) { self.table = table }

    public mutating func add(_ page: borrowing CopiedPage) {
        var bytes: [UInt8] = []
        for row in page.rows {
            for value in row { Self.append(value, to: &bytes) }
        }
        digest.update(bytes)
        rows += page.rows.count
    }

    public consuming func finish() -> TableSummary {
        TableSummary(table: table.name, rows: rows, sha256: Hexadecimal.encode(digest.finish()))
    }

    private static func append(_ value: SQLValue, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(0)
        case .integer(let integer): append(1, UInt64(bitPattern: integer), to: &bytes)
        case .real(let real): append(2, real.bitPattern, to: &bytes)
        case .text(let text):
            append(3, UInt64(text.utf8.count), to: &bytes)
            bytes += text.utf8
        case .blob(let blob):
            append(4, UInt64(blob.count), to: &bytes)
            bytes += blob
        }
    }

    private static func append(_ kind: UInt8, _ number: UInt64, to bytes: inout [UInt8]) {
        bytes.append(kind)
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }
}
