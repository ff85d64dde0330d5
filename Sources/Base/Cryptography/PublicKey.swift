internal import COpenSSL

/// A public key that passed every check: its point lies on the curve, its modulus is of an acceptable size.
public final class PublicKey: Sendable, Hashable {
    /// The key's numbers, big-endian: coordinates at the full length of the curve, `n` and `e` without leading zeros.
    public enum Parameters: Sendable, Hashable {
        case ec(x: [UInt8], y: [UInt8])
        case rsa(n: [UInt8], e: [UInt8])
        case ed25519([UInt8])
    }

    public let type: KeyType
    public let parameters: Parameters

    private let handle: KeyHandle
    private let contexts: [SignatureAlgorithm: PreparedContext]

    /// - Parameters:
    ///   - ec: `.p256` or `.p384`.
    ///   - x: exactly as long as the curve's field, as RFC 7518 §6.2.1.2 asks; `y` likewise.
    /// - Throws: `malformedKey` where the point is not on the curve or a length is wrong, `unsupportedKey` for another type.
    public convenience init(ec type: KeyType, x: [UInt8], y: [UInt8]) throws(CryptographyError) {
        guard let count = type.coordinateCount, let group = type.group else { throw CryptographyError(.unsupportedKey) }
        guard x.count == count, y.count == count else { throw CryptographyError(.malformedKey) }
        let point = [0x04] + x + y
        guard let pointer = portico_ec_public_key(group, point, point.count) else { throw OpenSSL.failure(.malformedKey) }
        let handle = KeyHandle(owning: pointer)
        try Self.check(handle)
        try self.init(type: type, parameters: .ec(x: x, y: y), handle: handle)
    }

    /// - Parameters:
    ///   - rsaModulus: 2,048 to 8,192 bits (RFC 7518 §3.3 asks for at least 2,048; above, one verification costs too much).
    ///   - exponent: odd, from 65,537 (the least FIPS 186-5 §A.1.1 allows) to 64 bits (OpenSSL's own limit for large moduli).
    /// - Throws: `weakKey` for a shorter modulus or a smaller exponent, `unsupportedKey` above the limits, `malformedKey` for
    ///   even numbers and leading zeros.
    public convenience init(rsaModulus modulus: [UInt8], exponent: [UInt8]) throws(CryptographyError) {
        guard let first = modulus.first, let last = modulus.last, first != 0, last & 1 == 1 else { throw CryptographyError(.malformedKey) }
        guard let firstOfExponent = exponent.first, let lastOfExponent = exponent.last, firstOfExponent != 0, lastOfExponent & 1 == 1 else {
            throw CryptographyError(.malformedKey)
        }
        let bits = modulus.count * 8 - first.leadingZeroBitCount
        guard bits <= RSALimits.maximumBits, exponent.count <= 8 else { throw CryptographyError(.unsupportedKey) }
        let exponentValue = exponent.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard bits >= RSALimits.minimumBits, exponentValue >= 65_537 else { throw CryptographyError(.weakKey) }
        guard let pointer = portico_rsa_public_key(modulus, modulus.count, exponent, exponent.count) else {
            throw OpenSSL.failure(.malformedKey)
        }
        try self.init(type: .rsa, parameters: .rsa(n: modulus, e: exponent), handle: KeyHandle(owning: pointer))
    }

    /// - Parameter ed25519: the 32 bytes of RFC 8032 §5.1.5. Keys of small order and encodings that are not canonical are refused.
    public convenience init(ed25519 bytes: [UInt8]) throws(CryptographyError) {
        guard Ed25519Point.isAcceptable(bytes), let pointer = EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, bytes, bytes.count) else {
            throw OpenSSL.failure(.malformedKey)
        }
        try self.init(type: .ed25519, parameters: .ed25519(bytes), handle: KeyHandle(owning: pointer))
    }

    /// Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7); the key must pass what the other initializers ask.
    public convenience init(spkiDER: [UInt8]) throws(CryptographyError) {
        var key: OpaquePointer?
        let wasRead = spkiDER.withUnsafeBufferPointer { der in
            var position = der.baseAddress
            key = d2i_PUBKEY_ex(nil, &position, der.count, nil, nil)
            return key != nil && position == der.baseAddress?.advanced(by: der.count)
        }
        guard let key else { throw OpenSSL.failure(.malformedKey) }
        let handle = KeyHandle(owning: key)
        guard wasRead else { throw OpenSSL.failure(.malformedKey) }
        try self.init(of: handle)
    }

    /// The public half of a key that OpenSSL read or made.
    convenience init(of handle: KeyHandle) throws(CryptographyError) {
        guard let type = handle.type else { throw OpenSSL.failure(.unsupportedKey) }
        switch try handle.parameters() {
        case .ec(let x, let y): try self.init(ec: type, x: x, y: y)
        case .rsa(let n, let e): try self.init(rsaModulus: n, exponent: e)
        case .ed25519(let bytes): try self.init(ed25519: bytes)
        }
    }

    private init(type: KeyType, parameters: Parameters, handle: KeyHandle) throws(CryptographyError) {
        self.type = type
        self.parameters = parameters
        self.handle = handle
        var contexts: [SignatureAlgorithm: PreparedContext] = [:]
        for algorithm in type.algorithms where algorithm.digest != nil {
            contexts[algorithm] = try PreparedContext(handle, algorithm, for: .verifying)
        }
        self.contexts = contexts
    }

    /// On the curve, not the point at infinity, coordinates in range (NIST SP 800-56A §5.6.2.3.3).
    private static func check(_ handle: KeyHandle) throws(CryptographyError) {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, handle.pointer, nil) else { throw OpenSSL.failure(.malformedKey) }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_public_check_quick(context) == 1 else { throw OpenSSL.failure(.malformedKey) }
    }

    /// Whether a signature by this algorithm can be checked with this key.
    public func accepts(_ algorithm: SignatureAlgorithm) -> Bool { algorithm.keyType == type }

    /// - Parameter signature: as JWS carries it (RFC 7518 §3): r and s side by side for elliptic curves.
    /// - Returns: false for a wrong signature, a wrong length, and an algorithm that is not this key's.
    public func verify(_ signature: some Collection<UInt8>, of message: some Collection<UInt8>, _ algorithm: SignatureAlgorithm) -> Bool {
        guard accepts(algorithm) else { return false }
        let signature = Array(signature)
        let valid =
            if let digest = algorithm.digest {
                verify(signature, ofDigest: digest.hash(message), algorithm)
            } else {
                message.withContiguousBytes { verifyEd25519(signature, of: $0) }
            }
        if !valid { ERR_clear_error() }
        return valid
    }

    private func verify(_ signature: [UInt8], ofDigest digest: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
        guard let context = contexts[algorithm] else { return false }
        switch parameters {
        case .ec:
            guard let count = type.coordinateCount, let der = ECDSASignature.der(fromRaw: signature, coordinateCount: count) else { return false }
            return context.verify(der, of: digest)
        case .rsa(let modulus, _):
            // RFC 8017 §8.1.2 and §8.2.2, step 1: a signature is exactly as long as the modulus.
            return signature.count == modulus.count && context.verify(signature, of: digest)
        case .ed25519:
            return false
        }
    }

    private func verifyEd25519(_ signature: [UInt8], of message: UnsafeBufferPointer<UInt8>) -> Bool {
        guard signature.count == 64, let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit_ex(context, nil, nil, nil, nil, handle.pointer, nil) == 1
            && EVP_DigestVerify(context, signature, signature.count, message.baseAddress, message.count) == 1
    }

    public static func == (left: PublicKey, right: PublicKey) -> Bool { left.type == right.type && left.parameters == right.parameters }

    public func hash(into hasher: inout Hasher) { hasher.combine(parameters) }
}

/// The sizes of RSA modulus that are accepted and made, in bits.
enum RSALimits {
    static let minimumBits = 2048
    static let maximumBits = 8192
}
