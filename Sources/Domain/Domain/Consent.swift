public import OAuthProtocol
public import Primitives

/// What a resident lets an agency have, remembered so that it is not asked again.
public struct Consent: Sendable, Hashable {
    public let residentID: ResidentID
    public let clientID: ClientID
    public var scope: ScopeSet
    /// What was asked for and refused, so that it is not asked again either.
    public var declined: ScopeSet
    /// Single claims allowed beyond those of the scopes (OpenID Connect Core §5.5).
    public var claimNames: [String]
    public let grantedAt: Instant
    public var updatedAt: Instant
    /// The first use in the hour of the last one: it is kept to the hour of the clock in UTC.
    public var lastUsedAt: Instant

    public init(
        residentID: ResidentID, clientID: ClientID, scope: ScopeSet, declined: ScopeSet = .empty, claimNames: [String] = [], grantedAt: Instant,
        updatedAt: Instant, lastUsedAt: Instant
    ) {
        self.residentID = residentID
        self.clientID = clientID
        self.scope = scope
        self.declined = declined
        self.claimNames = claimNames
        self.grantedAt = grantedAt
        self.updatedAt = updatedAt
        self.lastUsedAt = lastUsedAt
    }
}
