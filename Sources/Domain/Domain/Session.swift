public import Cryptography
public import Primitives

/// A resident signed in on one browser. The cookie's value is not kept, only its digest.
public struct Session: Sendable, Hashable {
    public let digest: TokenDigest
    public let residentID: ResidentID
    public let createdAt: Instant
    /// When the resident last proved who they are: `auth_time`.
    public var authTime: Instant
    public var lastSeenAt: Instant
    /// Ends the session unless it is used before.
    public var idleExpiresAt: Instant
    /// Ends the session however much it is used.
    public let expiresAt: Instant
    public let acr: String
    public let amr: [String]
    /// What the browser said it is, cut to 200 characters, for the resident to recognise it by.
    public let userAgent: String
    /// The browser's own cookie, by which its sessions are told apart from those of others.
    public let browserDigest: TokenDigest

    public init(
        digest: TokenDigest, residentID: ResidentID, createdAt: Instant, authTime: Instant, lastSeenAt: Instant, idleExpiresAt: Instant,
        expiresAt: Instant, acr: String, amr: [String], userAgent: String, browserDigest: TokenDigest
    ) {
        self.digest = digest
        self.residentID = residentID
        self.createdAt = createdAt
        self.authTime = authTime
        self.lastSeenAt = lastSeenAt
        self.idleExpiresAt = idleExpiresAt
        self.expiresAt = expiresAt
        self.acr = acr
        self.amr = amr
        self.userAgent = String(userAgent.unicodeScalars.filter { !PreparedText.breaksLine($0) }.prefix(200).map(Character.init))
        self.browserDigest = browserDigest
    }
}
