import Domain
import Testing

@Suite("Login names (RFC 8265 UsernameCaseMapped)")
struct LoginNameTests {
    @Test(
        "names that differ only in case, width or composition are one name",
        arguments: [
            ("Amina", "amina"), ("ＡＭＩＮＡ", "amina"), ("Zo\u{0065}\u{0301}", "zo\u{00E9}"), ("ΣΊΣΥΦΟΣ", "σίσυφοσ"), ("ﾊﾝﾅ", "ハンナ"),
            ("\u{212A}elvin", "kelvin"),
        ])
    func oneName(pair: (String, String)) throws {
        let (left, right) = (try LoginName(pair.0), try LoginName(pair.1))
        #expect(left == right)
        #expect(Array(left.key.utf8) == Array(right.key.utf8))
    }

    @Test("what was written is kept for display")
    func display() throws {
        #expect(try LoginName("Amina.B").display == "Amina.B")
        #expect(try LoginName("Amina.B").key == "amina.b")
    }

    @Test("preparing a key again changes nothing", arguments: ["Amina", "ÅNGSTRÖM", "ＦＵＬＬ", "ハンナ", "İstanbul", "حنان", "Ǆ"])
    func stable(text: String) throws {
        guard let name = try? LoginName(text) else { return }
        #expect(Array(try LoginName(name.key).key.utf8) == Array(name.key.utf8))
    }

    @Test(
        "controls, blanks, zero-width, bidirectional, private and unassigned characters are refused",
        arguments: [
            "a\u{0}b", "a\u{7}", "a b", "amina ", "a\u{A0}b", "a\u{3000}b", "a\u{200B}b", "a\u{200D}b", "a\u{FEFF}", "\u{202E}anima", "a\u{2066}b",
            "a\u{E000}", "a\u{F0000}", "a\u{378}", "a\u{FFFF}", "a\u{2028}b", "a\u{AD}b", "a\u{FE0F}",
        ])
    func invisible(text: String) {
        #expect(throws: DomainError("username", "contains a character that is not allowed")) { try LoginName(text) }
    }

    @Test("symbols, emoji, compatibility forms and old jamo are refused", arguments: ["a☂", "🙂", "ﬁona", "Ⅳ", "x²", "\u{1100}\u{1160}", "a…"])
    func outsideIdentifierClass(text: String) {
        #expect(throws: DomainError.self) { try LoginName(text) }
    }

    @Test("an empty name, one over 64 characters and a megabyte are refused", arguments: [0, 65, 1025, 1_000_000])
    func length(count: Int) {
        #expect(throws: DomainError.self) { try LoginName(String(repeating: "a", count: count)) }
    }

    @Test("64 characters are allowed, counted after preparation")
    func longest() throws {
        #expect(try LoginName(String(repeating: "ß", count: 64)).key.unicodeScalars.count == 64)
    }

    @Test("a name with an at sign is refused, also a fullwidth one", arguments: ["amina@agency.example", "@", "amina＠agency.example"])
    func atSign(text: String) {
        #expect(throws: DomainError("username", "must not contain '@'")) { try LoginName(text) }
    }

    @Test("a right-to-left name is one direction throughout", arguments: ["حنان", "חנה", "حنان۱۲", "חנה12", "حَنان"])
    func rightToLeft(text: String) throws {
        #expect(try LoginName(text).display == text)
    }

    @Test("mixed directions and mixed digits are refused", arguments: ["aחנה", "חנהa", "1חנה", "חנה-", "حنان١۱", "حنان١1", "a١1"])
    func mixedDirections(text: String) {
        #expect(throws: DomainError("username", "mixes writing directions")) { try LoginName(text) }
    }

    @Test("a name does not begin with a combining mark")
    func leadingMark() {
        #expect(throws: DomainError.self) { try LoginName("\u{301}a") }
    }
}
