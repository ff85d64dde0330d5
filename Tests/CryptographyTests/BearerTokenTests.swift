import Testing

@testable import Cryptography

@Suite struct BearerTokenTests {
    @Test("a minted token has its prefix, 53 characters, and reads back", arguments: BearerToken.Kind.allCases)
    func mint(kind: BearerToken.Kind) throws {
        let token = BearerToken.mint(kind)
        #expect(token.text.hasPrefix(kind.rawValue))
        #expect(token.text.utf8.count == 53)
        let read = try #require(BearerToken(token.text, kind: kind))
        #expect(read == token)
        #expect(read.digest == token.digest)
        #expect(token.digest.bytes == Digest.sha256.hash(token.text.utf8))
    }

    @Test("no two tokens are the same")
    func distinct() {
        #expect(Set((0..<200).map { _ in BearerToken.mint(.session).text }).count == 200)
    }

    @Test("the same secret bytes give the same token, and another one for another kind")
    func derived() {
        let bytes = Randomness.bytes(32)
        #expect(BearerToken(.refreshToken, secretBytes: bytes) == BearerToken(.refreshToken, secretBytes: bytes))
        let (refresh, code) = (BearerToken(.refreshToken, secretBytes: bytes).text, BearerToken(.authorizationCode, secretBytes: bytes).text)
        #expect(refresh.dropFirst(4).prefix(43) == code.dropFirst(4).prefix(43))
        #expect(refresh.suffix(6) != code.suffix(6))
    }

    @Test("a token of another kind is refused")
    func kinds() {
        for made in BearerToken.Kind.allCases {
            let text = BearerToken.mint(made).text
            for other in BearerToken.Kind.allCases where other != made { #expect(BearerToken(text, kind: other) == nil) }
        }
    }

    @Test("any mistyped, missing or added character is found")
    func mistyped() {
        let text = BearerToken.mint(.session).text
        let characters = Array(text)
        for index in characters.indices {
            for replacement: Character in ["A", "z", "0", "-", ".", "=", " ", "é"] where characters[index] != replacement {
                var altered = characters
                altered[index] = replacement
                #expect(BearerToken(String(altered), kind: .session) == nil)
            }
            var shortened = characters
            shortened.remove(at: index)
            #expect(BearerToken(String(shortened), kind: .session) == nil)
        }
        for wrong in ["", "pts_", text + "A", " " + text, text + "\0", text.uppercased()] { #expect(BearerToken(wrong, kind: .session) == nil) }
    }

    @Test("a token is never printed")
    func printing() {
        let token = BearerToken.mint(.session)
        var dumped = ""
        dump(token, to: &dumped)
        for text in ["\(token)", String(reflecting: token), dumped] { #expect(!text.contains(token.text) && text.contains("‹secret›")) }
    }

    @Test("the checksum is CRC-32")
    func crc() {
        #expect(CRC32.of(Array("123456789".utf8)[...]) == 0xCBF4_3926)
        #expect(CRC32.of([]) == 0)
    }
}
