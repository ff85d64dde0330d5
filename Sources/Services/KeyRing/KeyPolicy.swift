public import Primitives

/// How long things last around a signing key.
public struct KeyPolicy: Sendable, Hashable {
    /// How long anyone may keep our JWKS: its `Cache-Control: max-age`.
    public var jwksMaxAge: Duration
    /// Until every running server publishes a change; added to `jwksMaxAge` before a staged key may sign.
    public var propagation: Duration
    /// The longest life of a token that a retired key may have signed.
    public var longestTokenLifetime: Duration
    /// How long a retired key stays published, so that what it signed still verifies (an ID token as `id_token_hint`, for one).
    /// Never less than `longestTokenLifetime`.
    public var retainRetired: Duration

    public init(
        jwksMaxAge: Duration = .seconds(300), propagation: Duration = .seconds(5), longestTokenLifetime: Duration = .hours(1),
        retainRetired: Duration = .days(1)
    ) {
        self.jwksMaxAge = jwksMaxAge
        self.propagation = propagation
        self.longestTokenLifetime = longestTokenLifetime
        self.retainRetired = retainRetired
    }

    /// When a key published at `instant` is known to everyone who may have to verify with it.
    func known(publishedAt instant: Instant) -> Instant { instant + jwksMaxAge + propagation }

    /// When nothing signed by a key retired at `instant` is worth verifying any more.
    func removable(retiredAt instant: Instant) -> Instant { instant + max(retainRetired, longestTokenLifetime) }
}
