/// Base64url without padding (RFC 4648 §5, RFC 7515 §2), strict: padding, white space, the standard alphabet's
/// `+` and `/`, impossible lengths and trailing bits that are not zero are all refused.
public enum Base64URL {
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encodedBytes(bytes), as: UTF8.self)
    }

    /// The encoding as ASCII bytes, for writers that build a larger text.
    public static func encodedBytes(_ bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.withContiguousStorageIfAvailable(encode(contiguous:)) ?? Array(bytes).withUnsafeBufferPointer(encode(contiguous:))
    }

    private static func encode(contiguous bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let count = (bytes.count * 4 + 2) / 3
        return alphabet.withUnsafeBufferPointer { alphabet in
            [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
                var buffer: UInt32 = 0
                var bits: UInt32 = 0
                var position = 0
                for byte in bytes {
                    buffer = buffer << 8 | UInt32(byte)
                    bits += 8
                    while bits >= 6 {
                        bits -= 6
                        output[position] = alphabet[Int(buffer >> bits) & 63]
                        position += 1
                    }
                }
                if bits > 0 { output[position] = alphabet[Int(buffer << (6 - bits)) & 63] }
                initialized = count
            }
        }
    }

    /// The bytes, or nil where the text is not the one canonical encoding of any bytes.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(utf8: text.utf8)
    }

    public static func decode(utf8 text: some Collection<UInt8>) -> [UInt8]? {
        // Both optionals are spelled out: without storage to hand out there is no answer yet, inside it nil is the answer.
        switch text.withContiguousStorageIfAvailable(decode(contiguous:)) {
        case .some(let decoded): decoded
        case .none: Array(text).withUnsafeBufferPointer(decode(contiguous:))
        }
    }

    private static func decode(contiguous text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var leftover: UInt32 = 0
        var foreign: UInt8 = 0
        let decoded = values.withUnsafeBufferPointer { values in
            [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4) { output, initialized in
                var buffer: UInt32 = 0
                var bits: UInt32 = 0
                for character in text {
                    let value = values[Int(character)]
                    foreign |= value & 0xC0
                    buffer = buffer << 6 | UInt32(value & 63)
                    bits += 6
                    if bits >= 8 {
                        bits -= 8
                        output[initialized] = UInt8(truncatingIfNeeded: buffer >> bits)
                        initialized += 1
                    }
                }
                leftover = buffer & ((1 << bits) - 1)
            }
        }
        return foreign == 0 && leftover == 0 ? decoded : nil
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
