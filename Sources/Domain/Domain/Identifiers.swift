internal import Cryptography
internal import Primitives

/// Names a resident inside Portico. Agencies see a pseudonym made from it, unless an operator registered them for public subjects.
public struct ResidentID: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    /// "r_" and the base64url of 128 bits.
    public let rawValue: String

    public init?(rawValue: String) {
        guard isIdentifier(rawValue, prefix: "r_") else { return nil }
        self.rawValue = rawValue
    }

    private init(minted rawValue: String) { self.rawValue = rawValue }

    /// 128 fresh random bits.
    public static func random() -> ResidentID { ResidentID(minted: mint(prefix: "r_")) }

    public var description: String { rawValue }
}

/// Names a grant: what one answer of a resident to one agency gave.
public struct GrantID: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    /// "g_" and the base64url of 128 bits.
    public let rawValue: String

    public init?(rawValue: String) {
        guard isIdentifier(rawValue, prefix: "g_") else { return nil }
        self.rawValue = rawValue
    }

    private init(minted rawValue: String) { self.rawValue = rawValue }

    /// 128 fresh random bits.
    public static func random() -> GrantID { GrantID(minted: mint(prefix: "g_")) }

    public var description: String { rawValue }
}

private func mint(prefix: String) -> String { prefix + Base64URL.encode(Randomness.bytes(16)) }

private func isIdentifier(_ text: String, prefix: String) -> Bool {
    text.utf8.starts(with: prefix.utf8) && text.utf8.count == prefix.utf8.count + 22
        && Base64URL.decode(utf8: text.utf8.dropFirst(prefix.utf8.count))?.count == 16
}
