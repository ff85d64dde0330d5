internal import COpenSSL

/// A private key, usable from many threads at once.
public final class PrivateKey: Sendable {
    public let publicKey: PublicKey

    private let handle: KeyHandle
    private let contexts: [SignatureAlgorithm: PreparedContext]

    public var type: KeyType { publicKey.type }

    /// Makes a new key.
    /// - Parameter rsaBits: the modulus of an RSA key, 2,048 to 8,192 bits; unused for other algorithms.
    /// - Throws: `weakKey` or `unsupportedKey` for another size, `keyGeneration` where OpenSSL fails.
    public static func generate(for algorithm: SignatureAlgorithm, rsaBits: Int = 2048) throws(CryptographyError) -> PrivateKey {
        guard rsaBits >= RSALimits.minimumBits else { throw CryptographyError(.weakKey) }
        guard rsaBits <= RSALimits.maximumBits else { throw CryptographyError(.unsupportedKey) }
        let type = algorithm.keyType
        let name =
            switch type {
            case .p256, .p384: "EC"
            case .rsa: "RSA"
            case .ed25519: "ED25519"
            }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, name, nil) else { throw OpenSSL.failure(.keyGeneration) }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_keygen_init(context) == 1 else { throw OpenSSL.failure(.keyGeneration) }
        if let group = type.group, EVP_PKEY_CTX_set_group_name(context, group) != 1 { throw OpenSSL.failure(.keyGeneration) }
        if type == .rsa, EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(rsaBits)) != 1 { throw OpenSSL.failure(.keyGeneration) }
        var key: OpaquePointer?
        guard EVP_PKEY_generate(context, &key) == 1, let key else { throw OpenSSL.failure(.keyGeneration) }
        return try PrivateKey(KeyHandle(owning: key))
    }

    /// Reads an unencrypted PKCS #8 PrivateKeyInfo (RFC 5958) in DER, with nothing after it.
    public convenience init(pkcs8DER: [UInt8]) throws(CryptographyError) {
        try self.init(pkcs8DER: Secret(pkcs8DER))
    }

    /// Reads an unencrypted PKCS #8 PrivateKeyInfo (RFC 5958) in DER, with nothing after it.
    /// - Throws: `malformedKey` also where the public half does not belong to the private one.
    public convenience init(pkcs8DER: Secret) throws(CryptographyError) {
        let key: OpaquePointer? = pkcs8DER.withBytes { der in
            let start = der.baseAddress?.assumingMemoryBound(to: UInt8.self)
            var position = start
            guard let information = d2i_PKCS8_PRIV_KEY_INFO(nil, &position, der.count) else { return nil }
            defer { PKCS8_PRIV_KEY_INFO_free(information) }
            return position == start?.advanced(by: der.count) ? EVP_PKCS82PKEY(information) : nil
        }
        guard let key else { throw OpenSSL.failure(.malformedKey) }
        try self.init(KeyHandle(owning: key))
        try checkHalves()
    }

    private init(_ handle: KeyHandle) throws(CryptographyError) {
        self.handle = handle
        publicKey = try PublicKey(of: handle)
        var contexts: [SignatureAlgorithm: PreparedContext] = [:]
        for algorithm in publicKey.type.algorithms where algorithm.digest != nil {
            contexts[algorithm] = try PreparedContext(handle, algorithm, for: .signing)
        }
        self.contexts = contexts
    }

    /// What the private half signs, the public half must accept: a stored key that was damaged is found when it is read.
    private func checkHalves() throws(CryptographyError) {
        let algorithm = type.algorithms[0]
        let probe: [UInt8] = [0x70]
        guard publicKey.verify(try sign(probe, algorithm), of: probe, algorithm) else { throw CryptographyError(.malformedKey) }
    }

    /// The key as an unencrypted PKCS #8 PrivateKeyInfo (RFC 5958) in DER, to be sealed before it is stored.
    public func pkcs8DER() throws(CryptographyError) -> Secret {
        guard let information = EVP_PKEY2PKCS8(handle.pointer) else { throw OpenSSL.failure(.malformedKey) }
        defer { PKCS8_PRIV_KEY_INFO_free(information) }
        let count = i2d_PKCS8_PRIV_KEY_INFO(information, nil)
        guard count > 0 else { throw OpenSSL.failure(.malformedKey) }
        var written: Int32 = 0
        let der = Secret(count: Int(count)) { output in
            var position = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            written = i2d_PKCS8_PRIV_KEY_INFO(information, &position)
        }
        guard written == count else { throw OpenSSL.failure(.malformedKey) }
        return der
    }

    /// - Returns: the signature as JWS carries it (RFC 7518 §3): r and s side by side for elliptic curves.
    /// - Throws: `unsupportedKey` where the algorithm is not this key's, `signing` where OpenSSL fails.
    public func sign(_ message: some Collection<UInt8>, _ algorithm: SignatureAlgorithm) throws(CryptographyError) -> [UInt8] {
        guard publicKey.accepts(algorithm) else { throw CryptographyError(.unsupportedKey) }
        let signature =
            if let digest = algorithm.digest {
                sign(digest: digest.hash(message), algorithm)
            } else {
                message.withContiguousBytes { signEd25519($0) }
            }
        guard let signature else { throw OpenSSL.failure(.signing) }
        return signature
    }

    private func sign(digest: [UInt8], _ algorithm: SignatureAlgorithm) -> [UInt8]? {
        guard let context = contexts[algorithm] else { return nil }
        switch publicKey.parameters {
        case .ec:
            guard let count = type.coordinateCount, let der = context.sign(digest, capacity: 2 * count + 9) else { return nil }
            return ECDSASignature.raw(fromDER: der, coordinateCount: count)
        case .rsa(let modulus, _): return context.sign(digest, capacity: modulus.count)
        case .ed25519: return nil
        }
    }

    private func signEd25519(_ message: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit_ex(context, nil, nil, nil, nil, handle.pointer, nil) == 1 else { return nil }
        var signature = [UInt8](repeating: 0, count: 64)
        var length = signature.count
        guard EVP_DigestSign(context, &signature, &length, message.baseAddress, message.count) == 1, length == 64 else { return nil }
        return signature
    }
}
