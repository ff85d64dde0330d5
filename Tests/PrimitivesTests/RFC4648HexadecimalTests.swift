import Primitives
import Testing

@Suite struct RFC4648HexadecimalTests {
    @Test("§10: the test vectors, in lower case", arguments: [("", ""), ("f", "66"), ("foo", "666f6f"), ("foobar", "666f6f626172")])
    func vectors(plain: String, encoded: String) {
        #expect(Hexadecimal.encode(plain.utf8) == encoded)
    }

    @Test("every byte has two digits")
    func digits() {
        #expect(Hexadecimal.encode([0x00, 0x0a, 0xa0, 0xff]) == "000aa0ff")
    }
}
