public import Cryptography
public import Domain

/// What a sign-in form brings, together with where it came from.
public struct SignInAttempt: Sendable {
    /// As typed: a username or an email address.
    public let identifier: String
    public let password: Secret
    /// The client's IPv4 address, or the /64 prefix of its IPv6 address: one household, one count.
    public let address: String
    /// The browser's own cookie, for the session to be found by.
    public let browserDigest: TokenDigest
    /// The value of the cookie that an earlier sign-in left, where the browser sent one.
    public let knownBrowser: String?
    public let userAgent: String

    public init(
        identifier: String, password: Secret, address: String, browserDigest: TokenDigest, knownBrowser: String?, userAgent: String
    ) {
        self.identifier = identifier
        self.password = password
        self.address = address
        self.browserDigest = browserDigest
        self.knownBrowser = knownBrowser
        self.userAgent = userAgent
    }
}

public enum SignInOutcome: Sendable {
    case signedIn(SignedIn)
    /// An unknown name, a wrong password or a disabled account: nothing tells them apart.
    case refused
    /// Too many failures before; no password was looked at.
    case delayed(retryAfter: Duration)
    /// No place before the password hash; the attempt was not counted.
    case busy(retryAfter: Duration)
}

/// A resident who has just proved who they are. Made only by `SignIn`.
public struct SignedIn: Sendable {
    /// The value of the session cookie. It is kept nowhere.
    public let token: BearerToken
    public let session: Session
    public let resident: Resident
    /// The value of the cookie by which this browser is known from now on; good for 180 days.
    public let deviceCookie: String
}
