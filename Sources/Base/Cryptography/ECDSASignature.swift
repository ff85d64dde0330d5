/// The two encodings of an ECDSA signature: r ‖ s of fixed length, as JWS has it (RFC 7518 §3.4), and the DER of RFC 3279 §2.2.3,
/// as OpenSSL has it. Whether r and s are in range is OpenSSL's to say.
enum ECDSASignature {
    /// - Returns: nil where `raw` is not exactly two coordinates long.
    static func der(fromRaw raw: [UInt8], coordinateCount count: Int) -> [UInt8]? {
        guard raw.count == 2 * count else { return nil }
        let body = integer(raw[..<count]) + integer(raw[count...])
        // Two integers of at most 49 bytes each: the length always fits one byte.
        return [0x30, UInt8(body.count)] + body
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var digits = bytes.drop { $0 == 0 }
        if digits.isEmpty || (digits.first ?? 0) >= 0x80 { digits = [0] + digits }
        return [0x02, UInt8(digits.count)] + digits
    }

    /// - Returns: nil where `der` is not the one DER encoding of two positive integers that fit.
    static func raw(fromDER der: [UInt8], coordinateCount count: Int) -> [UInt8]? {
        guard der.count >= 2, der[0] == 0x30, der[1] < 0x80, Int(der[1]) == der.count - 2 else { return nil }
        var rest = der[2...]
        guard let r = takeInteger(from: &rest, count: count), let s = takeInteger(from: &rest, count: count), rest.isEmpty else { return nil }
        return r + s
    }

    private static func takeInteger(from rest: inout ArraySlice<UInt8>, count: Int) -> [UInt8]? {
        guard rest.popFirst() == 0x02, let length = rest.popFirst(), length > 0, Int(length) <= rest.count else { return nil }
        var digits = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        guard let first = digits.first, first < 0x80 else { return nil }
        if first == 0, digits.count > 1 {
            digits = digits.dropFirst()
            guard let second = digits.first, second >= 0x80 else { return nil }
        }
        guard digits.count <= count else { return nil }
        return [UInt8](repeating: 0, count: count - digits.count) + digits
    }
}
