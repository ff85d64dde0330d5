/// Writes one JSON object of strings and integers straight into bytes: the token endpoint's answers are too frequent for a value tree.
struct FlatJSONWriter {
    private var output: [UInt8] = []

    init(capacity: Int) {
        output.reserveCapacity(capacity)
        output.append(UInt8(ascii: "{"))
    }

    mutating func member(_ name: StaticString, _ value: String) {
        open(name)
        var value = value
        value.withUTF8 { bytes in
            output.append(UInt8(ascii: "\""))
            if bytes.contains(where: Self.needsEscape) {
                for byte in bytes { appendEscaped(byte) }
            } else {
                output.append(contentsOf: bytes)
            }
            output.append(UInt8(ascii: "\""))
        }
    }

    mutating func member(_ name: StaticString, _ value: Int64) {
        open(name)
        output.append(contentsOf: String(value).utf8)
    }

    mutating func finish() -> [UInt8] {
        output.append(UInt8(ascii: "}"))
        return output
    }

    private mutating func open(_ name: StaticString) {
        if output.count > 1 { output.append(UInt8(ascii: ",")) }
        output.append(UInt8(ascii: "\""))
        output.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        output.append(UInt8(ascii: "\""))
        output.append(UInt8(ascii: ":"))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            output.append(UInt8(ascii: "\\"))
            output.append(byte)
        case 0..<0x20, 0x7F:
            output.append(contentsOf: "\\u00".utf8)
            output.append(Hexadecimal.lowerDigits[Int(byte >> 4)])
            output.append(Hexadecimal.lowerDigits[Int(byte & 15)])
        default:
            output.append(byte)
        }
    }
}
