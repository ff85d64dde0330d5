import Primitives
import Testing

@Suite struct RFC4648Base64URLTests {
    @Test(
        "§10: the test vectors, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
        ])
    func vectors(plain: String, encoded: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == encoded)
        #expect(Base64URL.decode(encoded) == Array(plain.utf8))
    }

    @Test("§5: the last two letters are - and _")
    func alphabet() {
        #expect(Base64URL.encode([0xfb, 0xff, 0xbf]) == "-_-_")
        #expect(Base64URL.decode("-_-_") == [0xfb, 0xff, 0xbf])
    }

    @Test(
        "padding, white space, foreign letters and impossible lengths are refused",
        arguments: [
            "Zg=", "Zg==", "Zm8=", "=", " Zg", "Zg ", "Z g", "Zg\n", "Z", "Zm9vY", "+_-_", "-/-_", "Zm9v.", "Zm9é", "Zm9\0", "Zm9\u{FF21}", ",,,,",
        ])
    func refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test("of all encodings of the same bytes only the one with zero bits left over is accepted")
    func canonical() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        #expect(alphabet.filter { Base64URL.decode("Z\($0)") != nil } == ["A", "Q", "g", "w"])
        #expect(alphabet.filter { Base64URL.decode("Zm\($0)") != nil } == alphabet.enumerated().filter { $0.offset % 4 == 0 }.map(\.element))
    }

    @Test("bytes survive, and every accepted text is the encoding of its bytes")
    func properties() {
        var generator = SeededGenerator(seed: 4648)
        for _ in 0..<2000 {
            let bytes = generator.bytes(upTo: 80)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
            #expect(Base64URL.decode(utf8: Base64URL.encodedBytes(bytes).reversed().reversed()) == bytes)
            #expect(Base64URL.encode(bytes.reversed()) == Base64URL.encode(Array(bytes.reversed())))
            if let decoded = Base64URL.decode(utf8: bytes) { #expect(Base64URL.encodedBytes(decoded) == bytes) }
            let word = bytes.prefix(6).map { "AZaz09-_Qgw="[String.Index(utf16Offset: Int($0) % 12, in: "AZaz09-_Qgw=")] }
            if let decoded = Base64URL.decode(String(word)) { #expect(Base64URL.encode(decoded) == String(word)) }
        }
    }
}
