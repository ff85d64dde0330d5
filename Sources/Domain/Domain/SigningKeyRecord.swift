public import Cryptography
public import Primitives

/// A signing key as kept. The private half is sealed; this floor cannot open it.
public struct SigningKeyRecord: Sendable, Hashable {
    /// RFC 7638 thumbprint of the public key.
    public let kid: String
    public let algorithm: SignatureAlgorithm
    public var state: KeyState
    public let publicJWK: JSONObject
    public let sealedPrivateKey: [UInt8]
    public let createdAt: Instant
    /// When it entered the published key set.
    public var publishedAt: Instant
    public var activatedAt: Instant?
    public var retiredAt: Instant?
    public var revokedAt: Instant?

    public init(
        kid: String, algorithm: SignatureAlgorithm, state: KeyState, publicJWK: JSONObject, sealedPrivateKey: [UInt8], createdAt: Instant,
        publishedAt: Instant, activatedAt: Instant? = nil, retiredAt: Instant? = nil, revokedAt: Instant? = nil
    ) {
        self.kid = kid
        self.algorithm = algorithm
        self.state = state
        self.publicJWK = publicJWK
        self.sealedPrivateKey = sealedPrivateKey
        self.createdAt = createdAt
        self.publishedAt = publishedAt
        self.activatedAt = activatedAt
        self.retiredAt = retiredAt
        self.revokedAt = revokedAt
    }
}

/// Where a signing key stands. It goes forward only, and is removed at the end.
public enum KeyState: String, Sendable, Hashable, CaseIterable {
    /// Published, so that agencies have it before it signs.
    case staged
    /// Signs. At most one for each algorithm.
    case active
    /// Published for the tokens it signed; signs no more.
    case retired
    /// Not trusted any more, and not published.
    case revoked
}
