public import Cryptography
internal import JOSE

/// Signs tokens with one active key. Its JOSE headers are encoded once for each `typ` of this product.
public struct TokenSigner: Sendable {
    public let kid: String
    public let algorithm: SignatureAlgorithm
    private let key: PrivateKey

    init(_ key: PrivateKey, kid: String, algorithm: SignatureAlgorithm) {
        self.key = key
        self.kid = kid
        self.algorithm = algorithm
    }

    /// A compact JWS (RFC 7515 §7.1) over the payload.
    ///
    /// - Parameter typ: what the token is, such as `at+jwt`; part of the signed header, so that no token passes for another.
    public func sign(_ payload: [UInt8], typ: String) throws(KeyRingError) -> String {
        do { return try JWS.sign(payload, with: key, algorithm: algorithm, kid: kid, typ: typ) } catch { throw .cryptography(error) }
    }
}
