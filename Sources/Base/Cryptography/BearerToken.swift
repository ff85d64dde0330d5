import Primitives

/// A bearer secret that we mint: a prefix that says what it is, 256 random bits as 43 base64url characters, and a checksum of
/// 6 base62 characters, so that scanners for leaked secrets find it and tell it from chance.
public struct BearerToken: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public enum Kind: String, Sendable, CaseIterable {
        case authorizationCode = "ptc_"
        case refreshToken = "ptr_"
        case session = "pts_"
        case clientSecret = "pcs_"
        case browser = "ptb_"
    }

    /// What travels: 53 characters, safe in URLs, headers and cookies.
    public let text: String

    private static let secretCount = 32
    private static let encodedCount = 43
    private static let checksumCount = 6

    public static func mint(_ kind: Kind) -> BearerToken {
        BearerToken(kind, secretBytes: Randomness.bytes(secretCount))
    }

    /// A token of secret bytes that were derived elsewhere; the bytes alone decide its text.
    /// - Parameter secretBytes: 32 bytes that nobody can guess.
    public init(_ kind: Kind, secretBytes: [UInt8]) {
        precondition(secretBytes.count == Self.secretCount, "a bearer token has 32 secret bytes")
        var characters = Array(kind.rawValue.utf8)
        characters += Base64URL.encodedBytes(secretBytes)
        characters += Self.checksum(of: characters[...])
        text = String(decoding: characters, as: UTF8.self)
    }

    /// Reads what a request carries: prefix, length, alphabet and checksum must be right. Whether it was ever minted is not said.
    public init?(_ text: String, kind: Kind) {
        let characters = Array(text.utf8)
        let prefix = Array(kind.rawValue.utf8)
        guard characters.count == prefix.count + Self.encodedCount + Self.checksumCount, characters.starts(with: prefix) else { return nil }
        let body = characters.dropLast(Self.checksumCount)
        guard Base64URL.decode(utf8: body.dropFirst(prefix.count)) != nil else { return nil }
        guard Self.checksum(of: body) == Array(characters.suffix(Self.checksumCount)) else { return nil }
        self.text = text
    }

    /// What is stored in place of the token.
    public var digest: TokenDigest { TokenDigest(of: text) }

    public static func == (left: BearerToken, right: BearerToken) -> Bool { constantTimeEquals(left.text.utf8, right.text.utf8) }

    public var description: String { "‹secret›" }
    public var debugDescription: String { "‹secret›" }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

    /// CRC-32 of prefix and secret, in base62 with the most significant character first.
    private static func checksum(of characters: ArraySlice<UInt8>) -> [UInt8] {
        var value = CRC32.of(characters)
        var digits = [UInt8](repeating: base62[0], count: checksumCount)
        for index in digits.indices.reversed() {
            digits[index] = base62[Int(value % 62)]
            value /= 62
        }
        return digits
    }

    private static let base62 = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
}

/// The SHA-256 of a bearer token's text: 32 bytes, all that is ever stored of it.
public struct TokenDigest: Hashable, Sendable {
    public let bytes: [UInt8]

    /// A digest read back from storage; bytes of another length match no token.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    public init(of text: String) { bytes = Digest.sha256.hash(text.utf8) }
}
