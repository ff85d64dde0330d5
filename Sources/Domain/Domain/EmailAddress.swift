/// An email address as written and as compared. Nothing is proven about its mailbox here; `email_verified` says that.
public struct EmailAddress: Sendable, Hashable {
    /// As written, in NFC.
    public let display: String
    /// NFC and lower case: what is unique and what is looked up. No mailbox provider in use tells apart two addresses by case.
    public let key: String

    /// RFC 5321 §4.5.3.1.3 leaves 254 octets for an address without its angle brackets.
    public static let maximumBytes = 254

    /// - Throws: `DomainError` for `email`.
    public init(_ text: String) throws(DomainError) {
        guard !text.isEmpty else { throw DomainError("email", "must not be empty") }
        guard text.utf8.count <= EmailAddress.maximumBytes else {
            throw DomainError("email", "must have at most \(EmailAddress.maximumBytes) bytes")
        }
        let display = PreparedText.composed(text)
        let key = PreparedText.composed(display.lowercased())
        for scalar in key.unicodeScalars where PreparedText.isInvisible(scalar) {
            throw DomainError("email", "contains a character that is not allowed")
        }
        try EmailAddress.check(key)
        self.display = display
        self.key = key
    }

    public static func == (left: EmailAddress, right: EmailAddress) -> Bool { Array(left.key.utf8) == Array(right.key.utf8) }

    public func hash(into hasher: inout Hasher) { hasher.combine(Array(key.utf8)) }

    private static func check(_ key: String) throws(DomainError) {
        guard key.utf8.count <= maximumBytes else { throw DomainError("email", "must have at most \(maximumBytes) bytes") }
        let parts = key.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw DomainError("email", "must contain one '@'") }
        guard (1...64).contains(parts[0].count) else { throw DomainError("email", "must have 1 to 64 bytes before the '@'") }
        let hyphen = UInt8(ascii: "-")
        let labels = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isDomain = labels.allSatisfy { !$0.isEmpty && $0.first != hyphen && $0.last != hyphen && $0.allSatisfy(isLabelByte) }
        guard isDomain else { throw DomainError("email", "must end in a domain name") }
    }

    /// Letters, digits and the hyphen; beyond ASCII what the rest of the check lets through.
    private static func isLabelByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), 0x80...:
            true
        default: false
        }
    }
}
