internal import Primitives

/// Walks over a PHC string once, from left to right; what is not exactly as expected is refused.
struct PHCReader {
    private let bytes: [UInt8]
    private var offset = 0

    /// The longest string we can have written has 258 characters.
    private static let maximumLength = 320

    init(_ text: String) throws(PasswordHashError) {
        guard text.utf8.count <= Self.maximumLength else { throw .malformedHash }
        bytes = Array(text.utf8)
    }

    mutating func readAlgorithm(_ expected: String) throws(PasswordHashError) {
        try skip("$")
        let name = take { $0 != Self.dollar }
        let isName = (1...32).contains(name.count) && name.allSatisfy(Self.isNameCharacter)
        guard isName, offset < bytes.count else { throw .malformedHash }
        guard name.elementsEqual(expected.utf8) else { throw .unsupportedHash }
        try skip("$")
    }

    /// A string without a version is Argon2 version 16.
    mutating func readVersion(_ expected: Int) throws(PasswordHashError) {
        if isNext("m=") { throw .unsupportedHash }
        guard try readNumber("v=") == expected else { throw .unsupportedHash }
        try skip("$")
    }

    /// A decimal number of at most ten digits without leading zeros.
    mutating func readNumber(_ prefix: StaticString) throws(PasswordHashError) -> Int {
        try skip(prefix)
        let digits = take { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (1...10).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { throw .malformedHash }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    mutating func readBytes(_ prefix: StaticString) throws(PasswordHashError) -> [UInt8] {
        try skip(prefix)
        let text = take { $0 != Self.dollar && $0 != UInt8(ascii: ",") }
        guard !text.isEmpty, let decoded = PHCBase64.decode(text) else { throw .malformedHash }
        return decoded
    }

    mutating func readBytesIfPresent(_ prefix: StaticString) throws(PasswordHashError) -> [UInt8]? {
        isNext(prefix) ? try readBytes(prefix) : nil
    }

    func finish() throws(PasswordHashError) {
        guard offset == bytes.count else { throw .malformedHash }
    }

    private mutating func skip(_ text: StaticString) throws(PasswordHashError) {
        guard isNext(text) else { throw .malformedHash }
        offset += text.utf8CodeUnitCount
    }

    private func isNext(_ text: StaticString) -> Bool {
        bytes[offset...].starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func take(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = bytes[offset...].prefix(while: isWanted)
        offset = taken.endIndex
        return taken
    }

    private static let dollar = UInt8(ascii: "$")

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}

/// The base64 of PHC strings: the standard alphabet (RFC 4648 §4) without padding, one text for each value.
enum PHCBase64 {
    static func encode(_ bytes: [UInt8]) -> String {
        let text = Base64URL.encodedBytes(bytes).map { character in
            switch character {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: character
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        Base64URL.decode(
            utf8: text.map { character in
                switch character {
                case UInt8(ascii: "+"): UInt8(ascii: "-")
                case UInt8(ascii: "/"): UInt8(ascii: "_")
                // The other alphabet's own characters become one that no alphabet has.
                case UInt8(ascii: "-"), UInt8(ascii: "_"): UInt8(ascii: "=")
                default: character
                }
            })
    }
}
