public import Cryptography
public import OAuthProtocol
public import Primitives

/// One link in a grant's chain of refresh tokens. Using it makes the next.
public struct RefreshToken: Sendable, Hashable {
    public let digest: TokenDigest
    public let grantID: GrantID
    public let clientID: ClientID
    public let scope: ScopeSet
    /// Counts the links, from 0.
    public let generation: Int
    public let issuedAt: Instant
    public let expiresAt: Instant
    /// When it was exchanged for its successor.
    public var usedAt: Instant?

    public init(
        digest: TokenDigest, grantID: GrantID, clientID: ClientID, scope: ScopeSet, generation: Int, issuedAt: Instant, expiresAt: Instant,
        usedAt: Instant?
    ) {
        self.digest = digest
        self.grantID = grantID
        self.clientID = clientID
        self.scope = scope
        self.generation = generation
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.usedAt = usedAt
    }
}
