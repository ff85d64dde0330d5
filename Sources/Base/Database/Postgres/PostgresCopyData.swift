internal import CPostgres

/// Rows as COPY's binary format carries them (PostgreSQL's manual, "COPY", file formats): values in the form in which statements bind them, each
/// with its length, so that nothing is read as text that is none.
struct PostgresCopyData {
    private var bytes: [UInt8]

    private static let signature = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00]
    /// No flags, and no extension of the header.
    private static let header = signature + [UInt8](repeating: 0, count: 8)
    private static let trailer: [UInt8] = [0xFF, 0xFF]
    /// libpq counts in 32 bits, and keeps what it is handed until the server has taken it.
    private static let pieceBytes = 1 << 20

    init(_ rows: [[SQLValue]]) throws(DatabaseError) {
        bytes = Self.header
        for row in rows {
            append(UInt16(clamping: row.count))
            for value in row { try append(value) }
        }
        bytes += Self.trailer
    }

    /// Sends all of it, and that it was all. False where the connection is gone.
    func send(on connection: OpaquePointer) -> Bool {
        bytes.withUnsafeBytes { raw in
            for start in stride(from: 0, to: raw.count, by: Self.pieceBytes) {
                let piece = raw[start..<min(start + Self.pieceBytes, raw.count)]
                let characters = UnsafeRawBufferPointer(rebasing: piece).baseAddress?.assumingMemoryBound(to: CChar.self)
                guard PQputCopyData(connection, characters, Int32(piece.count)) == 1 else { return false }
            }
            return PQputCopyEnd(connection, nil) == 1
        }
    }

    private mutating func append(_ value: SQLValue) throws(DatabaseError) {
        try value.requireStorable()
        switch value {
        case .null: append(UInt32.max)
        case .integer(let integer):
            append(UInt32(8))
            append(UInt64(bitPattern: integer))
        case .real(let real):
            append(UInt32(8))
            append(real.bitPattern)
        case .text(let text): append(counted: text.utf8)
        case .blob(let blob): append(counted: blob)
        }
    }

    private mutating func append(counted value: some Collection<UInt8>) {
        append(UInt32(clamping: value.count))
        bytes += value
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }
}
