/// An absolute URI (RFC 3986 §4.3) taken apart without any leniency: what a browser would repair, this refuses.
///
/// No user information, no fragment (not even an empty one), no white space, control character, backslash or other character that a URI
/// must not hold, no port out of range, no host that is neither a plain name nor an address literal.
struct StrictURI {
    enum Flaw: Error {
        case tooLong, character, percentCoding, fragment, scheme, authority, userInformation, host, port, dotSegment
    }

    let text: String
    /// Lower case.
    let scheme: String
    /// Lower case, IPv6 literals in brackets; nil where there is no authority.
    let host: String?
    /// 1 to 65535 where one is written.
    let port: Int?
    let path: String
    /// Without the question mark; nil where there is none.
    let query: String?

    static let maximumBytes = 2048

    init(_ text: String) throws(Flaw) {
        guard text.utf8.count <= Self.maximumBytes else { throw .tooLong }
        try Self.checkCharacters(text)
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw .scheme }
        scheme = try Self.checkedScheme(text[..<colon])
        var rest = text[text.index(after: colon)...]
        if rest.hasPrefix("//") {
            let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
            (host, port) = try Self.splitAuthority(authority)
            rest = rest[authority.endIndex...]
        } else {
            (host, port) = (nil, nil)
        }
        let path = rest.prefix { $0 != "?" }
        query = path.endIndex == rest.endIndex ? nil : String(rest[path.endIndex...].dropFirst())
        try Self.checkSegments(path)
        self.path = String(path)
        self.text = text
    }

    /// `scheme://host[:port]`; nil without an authority.
    var origin: String? {
        guard let host else { return nil }
        return "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
    }

    /// What follows the authority: path and query.
    var target: String { path + (query.map { "?\($0)" } ?? "") }

    var isLoopbackLiteral: Bool { host == "127.0.0.1" || host == "[::1]" }
    var isLoopback: Bool { isLoopbackLiteral || host == "localhost" }

    private static func checkCharacters(_ text: String) throws(Flaw) {
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            guard byte.isVisible else { throw .character }
            switch byte {
            case UInt8(ascii: "#"): throw .fragment
            case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"),
                UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                throw .character
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.count, let high = bytes[index + 1].hexadecimalValue, let low = bytes[index + 2].hexadecimalValue
                else { throw .percentCoding }
                let value = high << 4 | low
                guard value >= 0x20, value != 0x7F else { throw .percentCoding }
            default: break
            }
        }
    }

    private static func checkedScheme(_ scheme: Substring) throws(Flaw) -> String {
        guard let first = scheme.utf8.first, first.isLetter else { throw .scheme }
        let isLegal = scheme.utf8.allSatisfy { byte in
            byte.isLetterOrDigit || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
        guard isLegal else { throw .scheme }
        return scheme.lowercased()
    }

    private static func splitAuthority(_ authority: Substring) throws(Flaw) -> (host: String, port: Int?) {
        guard !authority.contains("@") else { throw .userInformation }
        let hostEnd: Substring.Index
        if authority.first == "[" {
            guard let bracket = authority.firstIndex(of: "]") else { throw .host }
            hostEnd = authority.index(after: bracket)
        } else {
            hostEnd = authority.firstIndex(of: ":") ?? authority.endIndex
        }
        let host = authority[..<hostEnd].lowercased()
        guard HostName.isValid(host) else { throw .host }
        let rest = authority[hostEnd...]
        guard !rest.isEmpty else { return (host, nil) }
        let digits = rest.dropFirst()
        guard rest.first == ":", (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isDigit), digits.first != "0",
            let port = Int(digits), (1...65535).contains(port)
        else { throw .port }
        return (host, port)
    }

    private static func checkSegments(_ path: Substring) throws(Flaw) {
        for segment in path.split(separator: "/") {
            // Encoded dots count as dots: RFC 3986 §6.2.2.2 makes them the same.
            let plain = segment.lowercased().split(separator: "%2e", omittingEmptySubsequences: false).joined(separator: ".")
            if plain == "." || plain == ".." { throw .dotSegment }
        }
    }
}

/// Host names and address literals, in lower case.
enum HostName {
    static func isValid(_ host: String) -> Bool {
        if host.hasPrefix("[") { return isIPv6Literal(host) }
        guard (1...253).contains(host.utf8.count) else { return false }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy(isLabel), let last = labels.last else { return false }
        // A name that ends in a number is an address to every browser (WHATWG URL §3.5): only the plain dotted form is taken.
        let isNumeric = last.utf8.allSatisfy(\.isDigit) || last.hasPrefix("0x")
        return isNumeric ? isIPv4(labels) : true
    }

    private static func isLabel(_ label: Substring) -> Bool {
        let bytes = label.utf8
        guard (1...63).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-") else { return false }
        return bytes.allSatisfy { $0.isDigit || ($0 >= 0x61 && $0 <= 0x7A) || $0 == UInt8(ascii: "-") }
    }

    private static func isIPv4(_ labels: [Substring]) -> Bool {
        labels.count == 4
            && labels.allSatisfy { label in
                label.utf8.allSatisfy(\.isDigit) && (label == "0" || label.first != "0") && label.utf8.count <= 3 && (Int(label) ?? 256) < 256
            }
    }

    /// Groups of one to four hexadecimal digits, at most one `::`; no zone and no embedded IPv4.
    private static func isIPv6Literal(_ host: String) -> Bool {
        guard host.hasSuffix("]") else { return false }
        let inner = String(host.dropFirst().dropLast())
        let groups: (Substring) -> Int? = { part in
            if part.isEmpty { return 0 }
            let pieces = part.split(separator: ":", omittingEmptySubsequences: false)
            let isLegal = pieces.allSatisfy { (1...4).contains($0.utf8.count) && $0.utf8.allSatisfy { $0.hexadecimalValue != nil } }
            return isLegal ? pieces.count : nil
        }
        guard let gap = compression(in: inner) else { return groups(inner[...]) == 8 }
        guard let before = groups(inner[..<gap.lowerBound]), let after = groups(inner[gap.upperBound...]) else { return false }
        return before + after <= 7
    }

    /// Where the first `::` stands.
    private static func compression(in text: String) -> Range<String.Index>? {
        var index = text.startIndex
        while let colon = text[index...].firstIndex(of: ":") {
            let next = text.index(after: colon)
            guard next < text.endIndex else { return nil }
            if text[next] == ":" { return colon..<text.index(after: next) }
            index = next
        }
        return nil
    }
}
