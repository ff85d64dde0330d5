import Cryptography
import Domain
import OAuthProtocol
import Primitives

/// A pending request as it travels in a form: sealed, so that nothing is stored for a stranger, and bound to the browser
/// it was handed to, so that a form cannot be planted in another.
struct Ticket: Equatable {
    var request: FormParameters
    var startedAt: Instant
    var accountChosen = false
    /// The digest of the browser's cookie; nil for a ticket that only carries a request to our own next page.
    var browser: TokenDigest?
    /// The resident whom the page with this ticket asks for consent.
    var asked: ResidentID?
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
        plaintext.append((ticket.accountChosen ? 1 : 0) | (ticket.browser == nil ? 0 : 2) | (ticket.asked == nil ? 0 : 4))
        plaintext += ticket.browser?.bytes ?? []
        plaintext += ticket.asked?.rawValue.utf8 ?? "".utf8
        // Decoded, for percent coding would make some requests three times as long as an address may be.
        plaintext += ticket.request.pairs.flatMap { [$0.0, $0.1] }.joined(separator: "\0").utf8
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
        var asked: ResidentID?
        if flags & 4 != 0 {
            asked = String(validating: rest.prefix(Self.residentLength), as: UTF8.self).flatMap(ResidentID.init(rawValue:))
            guard asked != nil else { return nil }
            rest = rest.dropFirst(Self.residentLength)
        }
        guard let request = Self.parameters(rest) else { return nil }
        return Ticket(
            request: request, startedAt: Instant(milliseconds: Int64(bitPattern: time)), accountChosen: flags & 1 != 0, browser: browser,
            asked: asked)
    }

    private static func parameters(_ bytes: ArraySlice<UInt8>) -> FormParameters? {
        if bytes.isEmpty { return FormParameters.none }
        let texts = bytes.split(separator: 0, omittingEmptySubsequences: false).compactMap { String(validating: $0, as: UTF8.self) }
        guard texts.count.isMultiple(of: 2) else { return nil }
        return FormParameters(distinct: stride(from: 0, to: texts.count, by: 2).map { (texts[$0], texts[$0 + 1]) })
    }

    /// Of a resident's identifier, which is ASCII.
    private static let residentLength = 24

    func hasExpired(_ ticket: Ticket, at now: Instant) -> Bool {
        now.since(ticket.startedAt) > lifetime
    }
}
