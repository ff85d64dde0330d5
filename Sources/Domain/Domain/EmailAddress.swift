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
        let parts = key.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw DomainError("email", "must contain one '@'") }
        guard (1...64).contains(parts[0].utf8.count) else { throw DomainError("email", "must have 1 to 64 bytes before the '@'") }
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty && $0.first != "-" && $0.last != "-" }) else { throw DomainError("email", "must end in a domain name") }
        let isDomain = parts[1].unicodeScalars.allSatisfy { scalar in
            !scalar.isASCII || scalar == "." || scalar == "-" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        }
        guard isDomain else { throw DomainError("email", "must end in a domain name") }
    }
}
