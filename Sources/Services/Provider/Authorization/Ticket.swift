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
    /// The digest of the session whose resident was asked something; nil where nothing was asked yet.
    var askedIn: TokenDigest?
}

/// What a ticket turned out to be.
public enum TicketOpening: Sendable {
    case open(PendingAuthorization)
    /// Too old. The request inside can start again.
    case expired(PendingAuthorization)
    /// The browser has lost its cookie, or it is another browser. The request inside can start again.
    case otherBrowser(PendingAuthorization)
}

/// Seals and opens tickets with AES-256-GCM. Each has a key of its own, derived from the ring's secret and a salt: strangers may ask for as
/// many tickets as they like, and one key under random nonces is good for 2³² messages only (SP 800-38D §8.3).
struct TicketSeal: Sendable {
    enum Purpose: String {
        case authorization = "portico ticket 2: authorization"
        case endSession = "portico ticket 2: end session"
    }

    private let secret: Secret
    private let lifetime: Duration

    init(secret: Secret, lifetime: Duration) {
        self.secret = secret
        self.lifetime = lifetime
    }

    func seal(_ ticket: Ticket, for purpose: Purpose) -> String {
        var plaintext: [UInt8] = []
        let time = UInt64(bitPattern: ticket.startedAt.milliseconds)
        for shift in stride(from: 56, through: 0, by: -8) { plaintext.append(UInt8(truncatingIfNeeded: time >> UInt64(shift))) }
        plaintext.append((ticket.accountChosen ? 1 : 0) | (ticket.browser == nil ? 0 : 2) | (ticket.askedIn == nil ? 0 : 4))
        plaintext += (ticket.browser?.bytes ?? []) + (ticket.askedIn?.bytes ?? [])
        plaintext += ticket.request.utf8
        let salt = Randomness.bytes(Self.saltCount)
        // Sealing fails only where OpenSSL itself does; an empty ticket opens nowhere.
        let sealed = try? cipher(salt, purpose).seal(plaintext, authenticating: Array(purpose.rawValue.utf8))
        return sealed.map { Base64URL.encode(salt + $0) } ?? ""
    }

    /// The ticket, or nil where it was not sealed here for `purpose`. Its age is the caller's to check.
    func open(_ text: String, for purpose: Purpose) -> Ticket? {
        guard text.utf8.count <= Self.longestText, let sealed = Base64URL.decode(text), sealed.count > Self.saltCount,
            let plaintext = try? cipher(Array(sealed.prefix(Self.saltCount)), purpose).open(
                Array(sealed.dropFirst(Self.saltCount)), authenticating: Array(purpose.rawValue.utf8)), plaintext.count >= 9
        else { return nil }
        let time = plaintext[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let flags = plaintext[8]
        var rest = plaintext[9...]
        func takeDigest() -> TokenDigest? {
            guard rest.count >= Self.digestCount else { return nil }
            defer { rest = rest.dropFirst(Self.digestCount) }
            return TokenDigest(bytes: Array(rest.prefix(Self.digestCount)))
        }
        let browser = flags & 2 == 0 ? nil : takeDigest()
        let askedIn = flags & 4 == 0 ? nil : takeDigest()
        guard (browser != nil) == (flags & 2 != 0), (askedIn != nil) == (flags & 4 != 0),
            let request = String(validating: rest, as: UTF8.self)
        else { return nil }
        return Ticket(
            request: request, startedAt: Instant(milliseconds: Int64(bitPattern: time)), accountChosen: flags & 1 != 0, browser: browser,
            askedIn: askedIn)
    }

    private func cipher(_ salt: [UInt8], _ purpose: Purpose) throws(CryptographyError) -> AESGCM {
        try AESGCM(key: try HKDF.derive(from: secret, salt: salt, info: purpose.rawValue, count: 32))
    }

    private static let saltCount = 16
    private static let digestCount = 32
    private static let longestText = 16_384

    func hasExpired(_ ticket: Ticket, at now: Instant) -> Bool {
        now.since(ticket.startedAt) > lifetime
    }
}
