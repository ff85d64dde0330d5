extension Language {
    /// The language to speak: what the agency asks for (OIDC Core §3.1.2.1 `ui_locales`), then what the resident chose here before, then what
    /// the browser says (RFC 9110 §12.5.4), by RFC 4647 §3.4 lookup. What is malformed or too long is passed over; there is always an answer.
    ///
    /// - Parameters:
    ///   - uiLocales: language tags in order of preference; the first 16 count.
    ///   - residentChoice: the code kept from an earlier visit.
    ///   - acceptLanguage: the header's value; ignored beyond 1,024 bytes, and the first 32 ranges count.
    public static func choose(uiLocales: [String], residentChoice: String?, acceptLanguage: String?) -> Language {
        for tag in uiLocales.prefix(16) {
            if let language = lookUp(tag[...]) { return language }
        }
        if let residentChoice, let language = lookUp(residentChoice[...]) { return language }
        if let acceptLanguage {
            for range in ranges(in: acceptLanguage) {
                if let language = lookUp(range) { return language }
            }
        }
        return all[0]
    }

    /// RFC 4647 §3.4: the tag is cut from its end until a language matches. Ours are primary subtags, so what is left to compare is the first one.
    private static func lookUp(_ tag: Substring) -> Language? {
        guard (2...64).contains(tag.utf8.count) else { return nil }
        let subtags = tag.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard subtags.allSatisfy({ isSubtag($0) }), let primary = subtags.first else { return nil }
        let code = String(decoding: primary, as: UTF8.self).lowercased()
        return all.first { $0.code == code }
    }

    /// RFC 4647 §2.1: one to eight letters or digits.
    private static func isSubtag(_ subtag: Substring.UTF8View) -> Bool {
        (1...8).contains(subtag.count) && subtag.allSatisfy { isDigit($0) || isLetter($0) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

    /// The acceptable ranges of the header, best first; ranges of equal weight keep their order.
    private static func ranges(in header: String) -> [Substring] {
        guard header.utf8.count <= 1024 else { return [] }
        var weighted: [(range: Substring, weight: Int)] = []
        for element in header.split(separator: ",").prefix(32) {
            let parts = element.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
            guard let range = parts.first, parts.count <= 2 else { continue }
            guard let weight = parts.count == 2 ? weight(of: parts[1]) : 1000, weight > 0 else { continue }
            weighted.append((range, weight))
        }
        return weighted.enumerated().sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }.map(\.element.range)
    }

    /// RFC 9110 §12.4.2 `q=0.123`, in thousandths; nil where it is malformed.
    private static func weight(of parameter: Substring) -> Int? {
        guard parameter.hasPrefix("q=") || parameter.hasPrefix("Q=") else { return nil }
        let digits = Array(parameter.utf8.dropFirst(2))
        guard let first = digits.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1"), digits.count <= 5 else { return nil }
        if digits.count > 1, digits[1] != UInt8(ascii: ".") { return nil }
        let fraction = digits.dropFirst(2)
        guard fraction.allSatisfy(isDigit) else { return nil }
        var weight = Int(first - UInt8(ascii: "0"))
        for place in 0..<3 {
            weight = weight * 10 + (place < fraction.count ? Int(fraction[fraction.startIndex + place] - UInt8(ascii: "0")) : 0)
        }
        return weight <= 1000 ? weight : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
