import Cryptography
import Primitives

/// A pending request as it travels in a form: sealed, so that nothing is stored for a stranger, and bound to the browser
/// it was handed to, so that a form cannot be planted in another.
struct Ticket: Equatable {
    /// The request, form-encoded.
    var request: String
    var startedAt: Instant
    var accountChosen: Bool
    /// The digest of the browser's cookie; nil for a ticket that only carries a request to our own next page.
    var browser: TokenDigest?
}

/// What a ticket turned out to be.
public enum TicketOpening: Sendable {
    case open(PendingAuthorization)
    /// Too old. The request inside can start again.
    case expired(PendingAuthorization)
    /// The browser has lost its cookie, or it is another browser. The request inside can start again.
    case otherBrowser(PendingAuthorization)
}

/// Seals and opens tickets with AES-256-GCM under a key of the ring.
struct TicketSeal: Sendable {
    enum Purpose: String {
        case authorization = "portico ticket 1: authorization"
        case endSession = "portico ticket 1: end session"
    }

    private let cipher: AESGCM
    private let lifetime: Duration

    init(key: AESGCM, lifetime: Duration) {
        cipher = key
        self.lifetime = lifetime
    }

    func seal(_ ticket: Ticket, for purpose: Purpose) -> String {
        var plaintext: [UInt8] = []
        let time = UInt64(bitPattern: ticket.startedAt.milliseconds)
        for shift in stride(from: 56, through: 0, by: -8) { plaintext.append(UInt8(truncatingIfNeeded: time >> UInt64(shift))) }
        plaintext.append((ticket.accountChosen ? 1 : 0) | (ticket.browser == nil ? 0 : 2))
        plaintext += ticket.browser?.bytes ?? []
        plaintext += ticket.request.utf8
        // Sealing fails only where OpenSSL itself does; an empty ticket opens nowhere.
        let sealed = try? cipher.seal(plaintext, authenticating: Array(purpose.rawValue.utf8))
        return sealed.map { Base64URL.encode($0) } ?? ""
    }

    /// The ticket, or nil where it was not sealed here for `purpose`. Its age is the caller's to check.
    func open(_ text: String, for purpose: Purpose) -> Ticket? {
        guard text.utf8.count <= 16_384, let sealed = Base64URL.decode(text),
            let plaintext = try? cipher.open(sealed, authenticating: Array(purpose.rawValue.utf8)), plaintext.count >= 9
        else { return nil }
        let time = plaintext[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let flags = plaintext[8]
        var rest = plaintext[9...]
        var browser: TokenDigest?
        if flags & 2 != 0 {
            guard rest.count >= 32 else { return nil }
            browser = TokenDigest(bytes: Array(rest.prefix(32)))
            rest = rest.dropFirst(32)
        }
        guard let request = String(validating: rest, as: UTF8.self) else { return nil }
        return Ticket(
            request: request, startedAt: Instant(milliseconds: Int64(bitPattern: time)), accountChosen: flags & 1 != 0, browser: browser)
    }

    func hasExpired(_ ticket: Ticket, at now: Instant) -> Bool {
        now.since(ticket.startedAt) > lifetime
    }
}
