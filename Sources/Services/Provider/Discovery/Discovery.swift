import Cryptography
import KeyRing
public import OAuthProtocol
public import Primitives

/// What the provider says of itself (OpenID Connect Discovery 1.0 §3, RFC 8414 §2), and where its endpoints are.
public struct Discovery: Sendable {
    public static let authorizationPath = "/authorize"
    public static let tokenPath = "/token"
    public static let userInfoPath = "/userinfo"
    public static let jwksPath = "/jwks"
    public static let endSessionPath = "/logout"

    private let issuer: Issuer
    private let keyRing: KeyRing
    private let languages: [String]

    init(issuer: Issuer, keyRing: KeyRing, languages: [String]) {
        self.issuer = issuer
        self.keyRing = keyRing
        self.languages = languages
    }

    /// The metadata document. It changes only with the algorithms that have an active key.
    public func metadata() -> JSONObject {
        ProviderMetadata(
            issuer: issuer, authorizationEndpoint: issuer.endpoint(Self.authorizationPath), tokenEndpoint: issuer.endpoint(Self.tokenPath),
            userInfoEndpoint: issuer.endpoint(Self.userInfoPath), jwksURI: issuer.endpoint(Self.jwksPath),
            endSessionEndpoint: issuer.endpoint(Self.endSessionPath), idTokenSigningAlgorithms: keyRing.snapshot.signingAlgorithms,
            acrValues: [AuthenticationContext.password], uiLocales: languages
        ).json()
    }
}
