public import Cryptography
public import OAuthProtocol
public import Primitives

/// A relying agency's registration. The secret is not kept, only its digest.
public struct Client: Sendable, Hashable {
    public let id: ClientID
    public var metadata: ClientMetadata
    /// Nil for a client that has no secret: a public one, or one that signs assertions.
    public var secretDigest: TokenDigest?
    public let createdAt: Instant
    public var updatedAt: Instant

    public init(
        id: ClientID, metadata: ClientMetadata, secretDigest: TokenDigest?, createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.metadata = metadata
        self.secretDigest = secretDigest
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
