internal import COpenSSL

/// Authenticated encryption with AES-256-GCM (NIST SP 800-38D) under random nonces.
///
/// One key may seal 2³² messages (SP 800-38D §8.3); for more, derive a key per purpose or period with `HKDF`.
public struct AESGCM: Sendable {
    private static let nonceCount = 12
    private static let tagCount = 16

    private let key: Secret

    /// - Throws: `unsupportedKey` where the key is not 32 bytes.
    public init(key: Secret) throws(CryptographyError) {
        guard key.count == 32 else { throw CryptographyError(.unsupportedKey) }
        self.key = key
    }

    /// - Parameter context: what the message belongs to; not stored in the result, and the same bytes must be given to open it.
    /// - Returns: a 12-byte random nonce, the ciphertext and a 16-byte tag.
    public func seal(_ plaintext: [UInt8], authenticating context: [UInt8]) throws(CryptographyError) -> [UInt8] {
        try seal(plaintext, authenticating: context, nonce: Randomness.bytes(Self.nonceCount))
    }

    /// With a nonce of the caller's, which must never have been used with this key: for known-answer tests.
    func seal(_ plaintext: [UInt8], authenticating context: [UInt8], nonce: [UInt8]) throws(CryptographyError) -> [UInt8] {
        let cipher = try makeCipher(nonce: nonce, encrypting: true)
        try cipher.authenticate(context)
        let sealed = [UInt8](unsafeUninitializedCapacity: nonce.count + plaintext.count + Self.tagCount) { output, initialized in
            _ = output.update(fromContentsOf: nonce)
            let body = UnsafeMutableBufferPointer(rebasing: output[nonce.count..<(nonce.count + plaintext.count)])
            let tag = UnsafeMutableBufferPointer(rebasing: output[(nonce.count + plaintext.count)...].prefix(Self.tagCount))
            let done = plaintext.withUnsafeBufferPointer { cipher.encrypt($0, into: body, tag: tag) }
            initialized = done ? nonce.count + plaintext.count + Self.tagCount : 0
        }
        guard !sealed.isEmpty else { throw OpenSSL.failure(.encryption) }
        return sealed
    }

    /// - Throws: `authenticationFailed` for anything `seal` did not make with this key and context.
    public func open(_ sealed: [UInt8], authenticating context: [UInt8]) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= Self.nonceCount + Self.tagCount else { throw CryptographyError(.authenticationFailed) }
        let cipher = try makeCipher(nonce: Array(sealed.prefix(Self.nonceCount)), encrypting: false)
        try cipher.authenticate(context)
        let bodyCount = sealed.count - Self.nonceCount - Self.tagCount
        var authentic = false
        let plaintext = sealed.withUnsafeBufferPointer { sealed in
            let body = UnsafeBufferPointer(rebasing: sealed[Self.nonceCount..<(Self.nonceCount + bodyCount)])
            let tag = UnsafeBufferPointer(rebasing: sealed.suffix(Self.tagCount))
            return [UInt8](unsafeUninitializedCapacity: bodyCount) { output, initialized in
                authentic = cipher.decrypt(body, into: output, tag: tag)
                // What is not authentic must not be seen, not even by a debugger.
                if !authentic { OPENSSL_cleanse(output.baseAddress, bodyCount) }
                initialized = authentic ? bodyCount : 0
            }
        }
        guard authentic else { throw OpenSSL.failure(.authenticationFailed) }
        return plaintext
    }

    private func makeCipher(nonce: [UInt8], encrypting: Bool) throws(CryptographyError) -> CipherContext {
        guard let cipher = CipherContext(key: key, nonce: nonce, encrypting: encrypting) else { throw OpenSSL.failure(.encryption) }
        return cipher
    }
}

/// One message's cipher state.
private struct CipherContext: ~Copyable {
    private let handle: OpaquePointer

    init?(key: Secret, nonce: [UInt8], encrypting: Bool) {
        guard nonce.count == 12, let handle = EVP_CIPHER_CTX_new() else { return nil }
        let ready = key.withBytes { key in
            EVP_CipherInit_ex2(
                handle, OpenSSL.shared.aes256GCM, key.baseAddress?.assumingMemoryBound(to: UInt8.self), nonce, encrypting ? 1 : 0, nil)
        }
        guard ready == 1 else {
            EVP_CIPHER_CTX_free(handle)
            return nil
        }
        self.handle = handle
    }

    deinit { EVP_CIPHER_CTX_free(handle) }

    borrowing func authenticate(_ context: [UInt8]) throws(CryptographyError) {
        var length: Int32 = 0
        guard context.isEmpty || EVP_CipherUpdate(handle, nil, &length, context, Int32(context.count)) == 1 else {
            throw OpenSSL.failure(.encryption)
        }
    }

    borrowing func encrypt(
        _ plaintext: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>, tag: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        update(plaintext, into: output) && finish()
            && EVP_CIPHER_CTX_ctrl(handle, EVP_CTRL_AEAD_GET_TAG, Int32(tag.count), tag.baseAddress) == 1
    }

    borrowing func decrypt(
        _ ciphertext: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>, tag: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        EVP_CIPHER_CTX_ctrl(handle, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), UnsafeMutableRawPointer(mutating: tag.baseAddress)) == 1
            && update(ciphertext, into: output) && finish()
    }

    private borrowing func update(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        guard !input.isEmpty else { return true }
        guard input.count <= Int(Int32.max) else { return false }
        var length: Int32 = 0
        return EVP_CipherUpdate(handle, output.baseAddress, &length, input.baseAddress, Int32(input.count)) == 1 && Int(length) == input.count
    }

    private borrowing func finish() -> Bool {
        // GCM writes nothing here: the block only has to exist.
        var rest: (UInt64, UInt64) = (0, 0)
        var length: Int32 = 0
        return withUnsafeMutableBytes(of: &rest) { rest in
            EVP_CipherFinal_ex(handle, rest.baseAddress?.assumingMemoryBound(to: UInt8.self), &length) == 1 && length == 0
        }
    }
}
