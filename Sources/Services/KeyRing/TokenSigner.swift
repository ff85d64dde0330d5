public import Cryptography
internal import JOSE

/// Signs tokens with one active key. Its JOSE headers are encoded once for each `typ` that this product issues.
public struct TokenSigner: Sendable {
    public let kid: String
    public let algorithm: SignatureAlgorithm
    private let key: PrivateKey
    private let prepared: [JWSSigner]

    init(_ key: PrivateKey, kid: String, algorithm: SignatureAlgorithm) {
        self.key = key
        self.kid = kid
        self.algorithm = algorithm
        prepared = Self.issuedTypes.map { JWSSigner(key: key, algorithm: algorithm, kid: kid, typ: $0) }
    }

    /// A compact JWS (RFC 7515 §7.1) over the payload.
    ///
    /// - Parameter typ: what the token is, such as `at+jwt`; part of the signed header, so that no token passes for another.
    public func sign(_ payload: [UInt8], typ: String) throws(KeyRingError) -> String {
        let signer = prepared.first { $0.typ == typ } ?? JWSSigner(key: key, algorithm: algorithm, kid: kid, typ: typ)
        do { return try signer.sign(payload) } catch { throw .cryptography(error) }
    }

    /// Access tokens (RFC 9068 §2.1), ID tokens, logout tokens (OpenID Connect Back-Channel Logout §2.4).
    private static let issuedTypes = ["at+jwt", "JWT", "logout+jwt"]
}
