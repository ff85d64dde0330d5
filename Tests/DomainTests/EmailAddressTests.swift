import Domain
import Testing

@Suite("Email addresses")
struct EmailAddressTests {
    @Test(
        "addresses that differ only in case or composition are one",
        arguments: [
            ("Amina@Agency.Example", "amina@agency.example"), ("zoe\u{301}@bücher.example", "zo\u{E9}@bu\u{308}cher.example"),
        ])
    func oneAddress(pair: (String, String)) throws {
        let (left, right) = (try EmailAddress(pair.0), try EmailAddress(pair.1))
        #expect(left == right)
        #expect(Array(left.key.utf8) == Array(right.key.utf8))
    }

    @Test("what was written is kept for display")
    func display() throws {
        #expect(try EmailAddress("Amina@Agency.Example").display == "Amina@Agency.Example")
    }

    @Test(
        "addresses in use are accepted",
        arguments: [
            "a@b.example", "first.last+tag@sub.agency.example", "o'brien@agency.example", "用户@例子.example", "root@localhost", "1@2.example",
        ])
    func accepted(text: String) throws {
        #expect(try EmailAddress(text).display == text)
    }

    @Test(
        "what is no address is refused",
        arguments: [
            "", "@", "a", "a@", "@b.example", "a@b@c.example", "a b@c.example", "a@b .example", "a@.example", "a@b..example", "a@b.example.",
            "a@-b.example",
            "a@b_c.example", "a\u{0}@b.example", "a\n@b.example", "a@b.example\r\nBcc: x@y.example", "a\u{200B}@b.example", "\u{202E}a@b.example",
            "a@b<c>.example",
        ])
    func refused(text: String) {
        let error = #expect(throws: DomainError.self) { try EmailAddress(text) }
        #expect(error?.field == "email")
    }

    @Test("254 bytes are allowed and 255 are not, nor 65 before the at sign")
    func length() throws {
        let local = String(repeating: "a", count: 64)
        let domain = String(repeating: "b", count: 254 - 65 - 8) + ".example"
        #expect(try EmailAddress("\(local)@\(domain)").key.utf8.count == 254)
        #expect(throws: DomainError.self) { try EmailAddress("\(local)@b\(domain)") }
        #expect(throws: DomainError.self) { try EmailAddress("\(local)a@b.example") }
    }
}
