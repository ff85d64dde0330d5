/// The character classes that the specifications name, decided on bytes.
extension UInt8 {
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
    var isLetterOrDigit: Bool { isDigit || isLetter }

    /// VSCHAR without the space: RFC 6749 Appendix A.
    var isVisible: Bool { self > 0x20 && self < 0x7F }

    /// `unreserved` of RFC 3986 §2.3, the alphabet of RFC 7636 §4.1.
    var isUnreserved: Bool { isLetterOrDigit || self == 0x2D || self == 0x2E || self == 0x5F || self == 0x7E }

    var hexadecimalValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x37
        case 0x61...0x66: self - 0x57
        default: nil
        }
    }
}

enum Hexadecimal {
    static let lowerDigits = Array("0123456789abcdef".utf8)
    static let upperDigits = Array("0123456789ABCDEF".utf8)
}

extension String {
    /// 1 to `limit` visible ASCII characters.
    func isVisibleASCII(upTo limit: Int) -> Bool {
        !isEmpty && utf8.count <= limit && utf8.allSatisfy(\.isVisible)
    }

    /// No C0, DEL or C1 control character.
    var hasNoControls: Bool {
        if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return true }
        return !unicodeScalars.contains { $0.value < 0x20 || ($0.value >= 0x7F && $0.value < 0xA0) }
    }

    /// Equal byte for byte. Swift's `==` compares by canonical equivalence: KELVIN SIGN equals K there.
    func isIdentical(to other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// The words between spaces; empty ones are dropped.
    var words: [Substring] { split(separator: " ", omittingEmptySubsequences: true) }
}

/// Language tags as far as a request may name them: BCP 47's alphabet and lengths (RFC 5646 §2.1), no registry.
enum LanguageTag {
    static func isPlausible(_ text: some StringProtocol) -> Bool {
        guard text.utf8.count <= 35, let first = text.utf8.first, first.isLetter else { return false }
        let subtags = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return subtags.allSatisfy { (1...8).contains($0.count) && $0.allSatisfy(\.isLetterOrDigit) }
    }

    /// The plausible tags of a space-separated list, at most 16: language wishes never make a request fail.
    static func list(_ text: String?) -> [String] {
        guard let text else { return [] }
        return text.words.filter { isPlausible($0) }.prefix(16).map(String.init)
    }
}
