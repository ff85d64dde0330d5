internal import Domain

/// What a person typed to say who they are: a username, or an email address where it has an `@`.
struct SignInName: Sendable {
    /// The key accounts are looked up by; nil for what can be no name, which is then treated as the name of nobody.
    let key: String?
    /// What failures are counted under: equal for all spellings of one name, and present for what can be no name as well.
    let counted: [UInt8]

    init(_ typed: String) {
        let text = Self.trimmed(typed)
        let key = text.contains("@") ? (try? EmailAddress(text))?.key : (try? LoginName(text))?.key
        self.key = key
        // A byte that is in no key keeps the two kinds apart.
        counted = key.map { Array($0.utf8) } ?? [0] + text.utf8.prefix(Self.countedBytes)
    }

    /// Spaces around a name come from keyboards that complete words.
    private static func trimmed(_ text: String) -> String {
        let isSpace = { (character: Character) in character == " " }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }

    private static let countedBytes = 1024
}
