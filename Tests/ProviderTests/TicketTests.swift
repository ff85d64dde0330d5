import Cryptography
import Primitives
import Testing

@testable import Provider

@Suite struct TicketTests {
    private let seal = TicketSeal(secret: .random(32), lifetime: .minutes(30))
    private let digest = TokenDigest(of: "browser")

    @Test("a ticket opens as it was sealed", arguments: [0, 1, 2, 3])
    func opens(_ kind: Int) {
        let ticket = Ticket(
            request: "a=b&c=d", startedAt: Instant(milliseconds: 1_900_000_000_000), accountChosen: kind == 3,
            browser: kind & 1 == 0 ? nil : digest, askedIn: kind & 2 == 0 ? nil : TokenDigest(of: "session"))
        #expect(seal.open(seal.seal(ticket, for: .authorization), for: .authorization) == ticket)
    }

    @Test("a ticket opens for no other purpose, under no other secret, and not when a character was changed")
    func refuses() {
        let text = seal.seal(Ticket(request: "a=b", startedAt: Instant(milliseconds: 0), accountChosen: false, browser: digest), for: .authorization)
        #expect(seal.open(text, for: .endSession) == nil)
        #expect(TicketSeal(secret: .random(32), lifetime: .minutes(30)).open(text, for: .authorization) == nil)
        for index in text.indices {
            var changed = text
            changed.replaceSubrange(index...index, with: text[index] == "A" ? "B" : "A")
            #expect(seal.open(changed, for: .authorization) == nil)
        }
    }

    @Test("two tickets are sealed under keys of their own")
    func salted() throws {
        let ticket = Ticket(request: "a=b", startedAt: Instant(milliseconds: 0), accountChosen: false, browser: nil)
        let first = try #require(Base64URL.decode(seal.seal(ticket, for: .authorization)))
        let second = try #require(Base64URL.decode(seal.seal(ticket, for: .authorization)))
        #expect(first.prefix(16) != second.prefix(16))
        // The salt of one with the rest of the other opens nowhere.
        #expect(seal.open(Base64URL.encode(Array(first.prefix(16)) + second.dropFirst(16)), for: .authorization) == nil)
    }
}
