/// Why a cryptographic operation gave no result.
///
/// Cryptography owns every use of OpenSSL: digests, HMAC, HKDF, AES-256-GCM, randomness, signatures and the keys they need, and the
/// types that keep secrets out of logs (`Secret`, `BearerToken`). It only offers algorithms the product uses. It knows nothing of
/// encodings such as JWK or JWS (module JOSE), of passwords (PasswordHashing) or of where keys are kept (KeyRing).
///
/// Objects of OpenSSL never show in its public interface. Each is owned by a final class that frees it, is complete when the
/// initializer returns, and is only read afterwards, which is what OpenSSL asks for use from many threads at once.
public struct CryptographyError: Error, Sendable, Hashable {
    public enum Code: Sendable, Hashable {
        case keyGeneration
        /// The bytes are no key, or the key's numbers do not fit together (a point that is not on its curve).
        case malformedKey
        /// A key of a type, curve or size, or an algorithm for this key, that is not offered.
        case unsupportedKey
        /// A key too short to protect anything.
        case weakKey
        case signing
        case encryption
        /// What was to be opened was altered, or sealed under another key or for another purpose.
        case authenticationFailed
        case randomness
        case derivation
    }

    public let code: Code

    public init(_ code: Code) { self.code = code }
}
