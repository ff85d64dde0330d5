import Cryptography
import Domain
import KeyRing
import OAuthProtocol
import Primitives
import Synchronization

/// What the provider says of itself (OpenID Connect Discovery 1.0 §3, RFC 8414 §2), and where its endpoints are.
public final class Discovery: Sendable {
    public static let authorizationPath = "/authorize"
    public static let tokenPath = "/token"
    public static let userInfoPath = "/userinfo"
    public static let jwksPath = "/jwks"
    public static let endSessionPath = "/logout"
    public static let errorsPath = "/errors"

    /// The metadata as it is sent.
    public struct Document: Sendable {
        public let bytes: [UInt8]
        /// Strong and quoted (RFC 9110 §8.8.3).
        public let etag: String
    }

    private let issuer: Issuer
    private let keyRing: KeyRing
    private let languages: [String]
    private let rendered = Mutex<(algorithms: [SignatureAlgorithm], document: Document)?>(nil)

    init(issuer: Issuer, keyRing: KeyRing, languages: [String]) {
        self.issuer = issuer
        self.keyRing = keyRing
        self.languages = languages
    }

    /// The metadata document, rendered again only when another algorithm has an active key.
    public func document() -> Document {
        let algorithms = keyRing.snapshot.signingAlgorithms
        return rendered.withLock { rendered in
            if let rendered, rendered.algorithms == algorithms { return rendered.document }
            let document = render(algorithms)
            rendered = (algorithms, document)
            return document
        }
    }

    private func render(_ algorithms: [SignatureAlgorithm]) -> Document {
        var metadata = ProviderMetadata(
            issuer: issuer, authorizationEndpoint: issuer.endpoint(Self.authorizationPath), tokenEndpoint: issuer.endpoint(Self.tokenPath),
            jwksURI: issuer.endpoint(Self.jwksPath))
        metadata.userinfoEndpoint = issuer.endpoint(Self.userInfoPath)
        metadata.endSessionEndpoint = issuer.endpoint(Self.endSessionPath)
        metadata.idTokenSigningAlgValuesSupported = algorithms
        metadata.acrValuesSupported = [AuthenticationContext.password]
        metadata.uiLocalesSupported = languages
        let bytes = JSONValue.object(metadata.json()).serializedBytes()
        return Document(bytes: bytes, etag: "\"\(Base64URL.encode(Digest.sha256.hash(bytes).prefix(16)))\"")
    }
}
