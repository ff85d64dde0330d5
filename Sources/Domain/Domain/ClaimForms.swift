/// The forms that OpenID Connect Core §5.1 gives single claims.
enum ClaimForms {
    /// `YYYY-MM-DD`, `0000-MM-DD` where the year is withheld, or `YYYY`.
    static func isBirthdate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let year = number(parts[0], digits: 4) else { return false }
        if parts.count == 1 { return year > 0 }
        guard parts.count == 3, let month = number(parts[1], digits: 2), let day = number(parts[2], digits: 2), (1...12).contains(month) else {
            return false
        }
        return (1...daysOf(month, year)).contains(day)
    }

    private static func daysOf(_ month: Int, _ year: Int) -> Int {
        switch month {
        // A withheld year is 0000, which counts as a leap year here too: 29 February is a birthday.
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func number(_ text: Substring, digits: Int) -> Int? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    /// A name of the IANA time zone database, such as `Europe/Paris`.
    static func isZone(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return (1...3).contains(parts.count)
            && parts.allSatisfy { part in
                part.utf8.first.map(isLetter) == true && part.utf8.allSatisfy { isLetter($0) || isDigit($0) || [0x2B, 0x2D, 0x5F].contains($0) }
            }
    }

    /// A BCP 47 tag such as `en-US`; with an underscore, which Core §5.1 says to accept too.
    static func isLocale(_ text: String) -> Bool {
        let parts = text.split(whereSeparator: { $0 == "-" || $0 == "_" })
        guard let language = parts.first, (2...8).contains(language.utf8.count), language.utf8.allSatisfy(isLetter) else { return false }
        let separators = text.utf8.count(where: { $0 == 0x2D || $0 == 0x5F })
        return separators == parts.count - 1
            && parts.dropFirst().allSatisfy { (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy { isLetter($0) || isDigit($0) } }
    }

    /// E.164 (`+` and up to 15 digits), with RFC 3966's `;ext=` where there is an extension.
    static func isPhoneNumber(_ text: String) -> Bool {
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = parts[0].utf8.dropFirst()
        guard parts[0].utf8.first == UInt8(ascii: "+"), (2...15).contains(digits.count), digits.allSatisfy(isDigit), digits.first != 0x30 else {
            return false
        }
        guard parts.count == 2 else { return true }
        let ext = parts[1].utf8
        return parts[1].hasPrefix("ext=") && (5...14).contains(ext.count) && ext.dropFirst(4).allSatisfy(isDigit)
    }

    /// An http or https URL without blanks. Whether it leads anywhere is not asked.
    static func isWebAddress(_ text: String) -> Bool {
        guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) else { return false }
        let rest = text.utf8.dropFirst(scheme.utf8.count)
        return rest.first.map { $0 != UInt8(ascii: "/") } == true
            && rest.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x3C && $0 != 0x3E }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
