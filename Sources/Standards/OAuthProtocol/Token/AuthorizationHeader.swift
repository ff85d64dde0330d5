/// The header `Authorization` (RFC 9110 §11.6.2): a scheme, in any case, and its credentials.
enum AuthorizationHeader {
    /// What follows the scheme and its spaces; nil where the scheme is another. `scheme` is lower case.
    static func credentials(of header: String, scheme: StaticString) -> Substring? {
        let length = scheme.utf8CodeUnitCount
        var index = header.utf8.startIndex
        for offset in 0..<length {
            guard index < header.utf8.endIndex, header.utf8[index] | 0x20 == scheme.utf8Start[offset] else { return nil }
            index = header.utf8.index(after: index)
        }
        guard index < header.utf8.endIndex, header.utf8[index] == 0x20 else { return nil }
        while index < header.utf8.endIndex, header.utf8[index] == 0x20 { index = header.utf8.index(after: index) }
        return header[index...]
    }
}

/// The credentials of HTTP Basic (RFC 7617) as RFC 6749 §2.3.1 uses them.
enum BasicCredentials {
    /// The bytes before and after the first colon.
    static func split(_ credentials: Substring) -> (id: [UInt8], secret: [UInt8])? {
        guard credentials.utf8.count <= 4096, let bytes = decodeBase64(Array(credentials.utf8)),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        return (Array(bytes[..<colon]), Array(bytes[(colon + 1)...]))
    }

    static func decode(_ bytes: [UInt8]) throws(FormDecodingError) -> String {
        try bytes.withUnsafeBufferPointer { buffer throws(FormDecodingError) in try FormDecoding.decode(buffer) }
    }

    /// The standard alphabet with its padding (RFC 4648 §4), strict: no white space, no trailing bits that are not zero.
    private static func decodeBase64(_ text: [UInt8]) -> [UInt8]? {
        guard !text.isEmpty, text.count % 4 == 0 else { return nil }
        let padding = text.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count / 4 * 3)
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for character in text.dropLast(padding) {
            guard let value = value(of: character) else { return nil }
            buffer = buffer << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                decoded.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        return buffer & (1 << bits - 1) == 0 ? decoded : nil
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
