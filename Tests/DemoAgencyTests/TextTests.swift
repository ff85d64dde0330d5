import Cryptography
import Primitives
import Testing

@testable import DemoAgency

@Suite("Texts of the agency")
struct TextTests {
    @Test(
        "form text that breaks the rules is refused",
        arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "a=1&a=2", "a=%C3", "=%"])
    func refused(text: String) { #expect(FormText.decode(text) == nil) }

    @Test("form text comes back as it went in")
    func roundTrip() {
        let pairs = [("state", "a+b c&d=e/é"), ("empty", ""), ("ünï", "%25")]
        #expect(FormText.decode(FormText.encode(pairs.map { (name: $0.0, value: $0.1) })) == Dictionary(uniqueKeysWithValues: pairs))
    }

    @Test("plus means space, a name without = has an empty value")
    func details() { #expect(FormText.decode("a=b+c&d&&e=") == ["a": "b c", "d": "", "e": ""]) }

    /// RFC 4648 §10.
    @Test(
        "Base64 is padded",
        arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")])
    func base64(plain: String, encoded: String) { #expect(Base64Text.encode(Array(plain.utf8)) == encoded) }

    @Test("a sealed cookie opens for its own purpose only, and not once changed or under another key")
    func seal() throws {
        let seal = try CookieSeal()
        let text = try seal.seal(["state": "s"], purpose: .signIn)
        #expect(seal.open(text, purpose: .signIn) == ["state": "s"])
        #expect(seal.open(text, purpose: .signOut) == nil)
        #expect(seal.open(String(text.dropLast(4)) + "AAAA", purpose: .signIn) == nil)
        let other = try CookieSeal()
        #expect(other.open(text, purpose: .signIn) == nil)
        #expect(seal.open("", purpose: .signIn) == nil)
    }

    @Test(
        "markup stands alone among characters, whatever is written around it",
        arguments: ["\u{0600}<b>", "\"\u{0301}x", "'\u{200D}", "a&\u{FE0F}b"])
    func separated(text: String) {
        let markup: Set<Unicode.Scalar> = ["<", ">", "&", "\"", "'"]
        for character in text.separated where character.unicodeScalars.contains(where: markup.contains) {
            #expect(character.unicodeScalars.count == 1)
        }
        #expect(text.separated.unicodeScalars.filter { $0 != "\u{200B}" }.elementsEqual(text.unicodeScalars))
    }

    @Test("times read as minutes in UTC")
    func time() { #expect(TimeText.minute(Instant(secondsSince1970: 1_800_000_000)) == "2027-01-15 08:00 UTC") }
}
