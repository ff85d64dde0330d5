public import OAuthProtocol
import Primitives

/// How long what the provider issues lasts, and under which name it speaks.
public struct ProviderPolicy: Sendable {
    public var issuer: Issuer
    /// RFC 6749 §4.1.2 allows ten minutes; FAPI 2.0 §5.3.2.1 asks for one.
    public var codeLifetime: Duration = .seconds(60)
    public var accessTokenLifetime: Duration = .minutes(5)
    public var idTokenLifetime: Duration = .minutes(5)
    /// The end of a family of refresh tokens whose resident allowed access while they are away.
    public var refreshTokenLifetime: Duration = .days(30)
    /// How long a spent refresh token is answered with the same successor, for a response that was lost on the way.
    public var refreshGrace: Duration = .seconds(10)
    /// How long a resident may take over the pages of one authorization.
    public var ticketLifetime: Duration = .minutes(30)
    /// What a client's clock may be ahead of ours (FAPI 2.0 §5.3.2.1: 10 s must be accepted, over 60 s refused).
    public var clockTolerance: Duration = .seconds(10)
    /// The longest life of a client assertion that is accepted: how long its `jti` is remembered. Widely used clients sign for an hour.
    public var longestAssertionLifetime: Duration = .hours(1)

    public init(issuer: Issuer) {
        self.issuer = issuer
    }
}
