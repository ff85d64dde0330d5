import Cryptography
import Domain
import Primitives
import Testing

@Suite("Sessions")
struct SessionTests {
    private func userAgent(of text: String) -> String {
        let now = Instant(milliseconds: 0)
        return Session(
            digest: TokenDigest(of: "s"), residentID: .random(), createdAt: now, authTime: now, lastSeenAt: now, idleExpiresAt: now, expiresAt: now,
            acr: "1", amr: ["pwd"], userAgent: text, browserDigest: TokenDigest(of: "b")
        ).userAgent
    }

    @Test("what a browser says of itself is cut to 200 characters and has no controls")
    func userAgent() {
        #expect(userAgent(of: "Browser/1.0") == "Browser/1.0")
        #expect(userAgent(of: String(repeating: "x", count: 201)).count == 200)
        #expect(userAgent(of: "a\u{0}b\r\nc\u{1B}[31m") == "abc[31m")
        #expect(userAgent(of: "e" + String(repeating: "\u{301}", count: 5000)).unicodeScalars.count == 200)
    }
}
