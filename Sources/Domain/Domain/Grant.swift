public import Cryptography
public import OAuthProtocol
public import Primitives

/// What one answer of a resident gave one agency: the root that a code and all its tokens hang on, so that revoking it ends them together.
public struct Grant: Sendable, Hashable {
    public let id: GrantID
    public let residentID: ResidentID
    public let clientID: ClientID
    /// The session it was given in; nil once that session is gone.
    public var sessionDigest: TokenDigest?
    public let scope: ScopeSet
    public let claims: ClaimsRequest
    public let nonce: String?
    public let authTime: Instant
    public let acr: String
    public let amr: [String]
    public let createdAt: Instant
    public let expiresAt: Instant
    public var revokedAt: Instant?
    /// Outlives its session (`offline_access`, OpenID Connect Core §11).
    public let offline: Bool

    public init(
        id: GrantID, residentID: ResidentID, clientID: ClientID, sessionDigest: TokenDigest?, scope: ScopeSet, claims: ClaimsRequest, nonce: String?,
        authTime: Instant, acr: String, amr: [String], createdAt: Instant, expiresAt: Instant, revokedAt: Instant?, offline: Bool
    ) {
        self.id = id
        self.residentID = residentID
        self.clientID = clientID
        self.sessionDigest = sessionDigest
        self.scope = scope
        self.claims = claims
        self.nonce = nonce
        self.authTime = authTime
        self.acr = acr
        self.amr = amr
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.offline = offline
    }
}
