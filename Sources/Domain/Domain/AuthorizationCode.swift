public import Cryptography
public import OAuthProtocol
public import Primitives

/// A code on its way through the browser (RFC 6749 §4.1.2), redeemable once.
public struct AuthorizationCode: Sendable, Hashable {
    public let digest: TokenDigest
    public let grantID: GrantID
    public let clientID: ClientID
    public let redirectURI: String
    /// Whether the request named it, so that redeeming must too (RFC 6749 §4.1.3).
    public let redirectURIWasSent: Bool
    public let codeChallenge: CodeChallenge?
    public let createdAt: Instant
    public let expiresAt: Instant

    public init(
        digest: TokenDigest, grantID: GrantID, clientID: ClientID, redirectURI: String, redirectURIWasSent: Bool, codeChallenge: CodeChallenge?,
        createdAt: Instant, expiresAt: Instant
    ) {
        self.digest = digest
        self.grantID = grantID
        self.clientID = clientID
        self.redirectURI = redirectURI
        self.redirectURIWasSent = redirectURIWasSent
        self.codeChallenge = codeChallenge
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
