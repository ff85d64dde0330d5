/// The name a resident signs in with, as they write it and as it is compared.
///
/// Prepared in the manner of RFC 8265 §3.3 (UsernameCaseMapped): width mapped, lower case, NFC, the characters of RFC 8264's
/// IdentifierClass only, and RFC 5893's rule for right-to-left names. `@` is refused besides, so that a name is never
/// mistaken for an email address.
public struct LoginName: Sendable, Hashable {
    /// As first written, in NFC.
    public let display: String
    /// What is unique and what is looked up.
    public let key: String

    /// The longest name, in code points of its key.
    public static let maximumCodePoints = 64

    /// - Throws: `DomainError` for `username`.
    public init(_ text: String) throws(DomainError) {
        guard !text.isEmpty else { throw DomainError("username", "must not be empty") }
        guard text.utf8.count <= 1024 else { throw LoginName.tooLong }
        let key = try LoginName.prepare(text)
        guard key.unicodeScalars.count <= LoginName.maximumCodePoints else { throw LoginName.tooLong }
        guard !key.utf8.contains(UInt8(ascii: "@")) else { throw DomainError("username", "must not contain '@'") }
        self.display = PreparedText.composed(text)
        self.key = key
    }

    /// Names are the same where their keys are, however they are written.
    public static func == (left: LoginName, right: LoginName) -> Bool { Array(left.key.utf8) == Array(right.key.utf8) }

    public func hash(into hasher: inout Hasher) { hasher.combine(Array(key.utf8)) }

    private static let tooLong = DomainError("username", "must have at most \(maximumCodePoints) characters")

    // RFC 8264 §7: apply the rules again until the result is stable, and reject what is not after three rounds.
    private static func prepare(_ text: String) throws(DomainError) -> String {
        var prepared = text
        for _ in 0..<4 {
            let next = PreparedText.composed(PreparedText.widthMapped(prepared).lowercased())
            if next.utf8.elementsEqual(prepared.utf8) {
                try check(prepared)
                return prepared
            }
            prepared = next
        }
        throw DomainError("username", "contains a character that is not allowed")
    }

    private static func check(_ prepared: String) throws(DomainError) {
        for scalar in prepared.unicodeScalars where !PreparedText.isIdentifierClass(scalar) {
            throw DomainError("username", "contains a character that is not allowed")
        }
        guard let first = prepared.unicodeScalars.first, !PreparedText.isMark(first) else {
            throw DomainError("username", "must not begin with a combining mark")
        }
        guard PreparedText.mixesNoDigits(prepared), PreparedText.followsBidiRule(prepared) else {
            throw DomainError("username", "mixes writing directions")
        }
    }
}
