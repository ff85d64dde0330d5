internal import CPostgres

/// A statement's values as the protocol carries them: binary, each with its type and length, so that nothing is read as text that is none.
struct PostgresValues {
    /// The types of the values, which belong to what is prepared.
    let types: [Oid]
    private var lengths: [Int32] = []
    /// Where each value begins in `bytes`; nil for NULL.
    private var offsets: [Int?] = []
    private var bytes: [UInt8] = []

    init(_ values: [SQLValue]) throws(DatabaseError) {
        types = values.map { $0.postgresType.rawValue }
        for value in values {
            try value.requireStorable()
            let start = bytes.count
            switch value {
            case .null: break
            case .integer(let integer): append(UInt64(bitPattern: integer))
            case .real(let real): append(real.bitPattern)
            case .text(let text): bytes += text.utf8
            case .blob(let blob): bytes += blob
            }
            offsets.append(value == .null ? nil : start)
            lengths.append(Int32(clamping: bytes.count - start))
        }
        // An empty value at the end has an address too: libpq takes a null pointer for NULL.
        bytes.append(0)
    }

    var count: Int32 { Int32(clamping: types.count) }

    /// Hands out pointers that are valid for the length of `body`: values, lengths, formats.
    func withPointers<R>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> R) -> R {
        let formats = [Int32](repeating: 1, count: types.count)
        return bytes.withUnsafeBytes { raw in
            let start = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            let pointers = offsets.map { offset in offset.flatMap { start?.advanced(by: $0) } }
            return pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    formats.withUnsafeBufferPointer { formats in body(pointers.baseAddress, lengths.baseAddress, formats.baseAddress) }
                }
            }
        }
    }

    private mutating func append(_ number: UInt64) {
        withUnsafeBytes(of: number.bigEndian) { bytes += $0 }
    }
}

extension SQLValue {
    fileprivate var postgresType: PostgresType {
        switch self {
        case .null: .unspecified
        case .integer: .int8
        case .real: .float8
        case .text: .text
        case .blob: .bytea
        }
    }
}
