internal import COpenSSL

/// What OpenSSL looks up by name: looked up once, kept for the life of the process, never changed.
///
/// `@unchecked Sendable`: the handles are reference counted by OpenSSL with atomic counters and only read after `init`.
final class OpenSSL: @unchecked Sendable {
    static let shared = OpenSSL()

    let sha256 = OpenSSL.required(EVP_MD_fetch(nil, "SHA256", nil), "SHA-256 is not available")
    let sha384 = OpenSSL.required(EVP_MD_fetch(nil, "SHA384", nil), "SHA-384 is not available")
    let sha512 = OpenSSL.required(EVP_MD_fetch(nil, "SHA512", nil), "SHA-512 is not available")
    let aes256GCM = OpenSSL.required(EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), "AES-256-GCM is not available")
    let hkdf = OpenSSL.required(EVP_KDF_fetch(nil, "HKDF", nil), "HKDF is not available")
    let hmacSHA256: OpaquePointer
    let hmacSHA384: OpaquePointer
    let hmacSHA512: OpaquePointer

    private init() {
        let hmac = OpenSSL.required(EVP_MAC_fetch(nil, "HMAC", nil), "HMAC is not available")
        hmacSHA256 = OpenSSL.required(portico_hmac_context(hmac, "SHA256"), "HMAC-SHA-256 is not available")
        hmacSHA384 = OpenSSL.required(portico_hmac_context(hmac, "SHA384"), "HMAC-SHA-384 is not available")
        hmacSHA512 = OpenSSL.required(portico_hmac_context(hmac, "SHA512"), "HMAC-SHA-512 is not available")
        EVP_MAC_free(hmac)
    }

    deinit {
        EVP_MD_free(sha256)
        EVP_MD_free(sha384)
        EVP_MD_free(sha512)
        EVP_CIPHER_free(aes256GCM)
        EVP_KDF_free(hkdf)
        EVP_MAC_CTX_free(hmacSHA256)
        EVP_MAC_CTX_free(hmacSHA384)
        EVP_MAC_CTX_free(hmacSHA512)
    }

    /// Ends the process where OpenSSL cannot do what no part of the product can do without: a library without SHA-256, a machine
    /// without memory or randomness.
    static func require(_ success: Bool, _ message: String) {
        if !success { OPENSSL_die(message, "Cryptography", 0) }
    }

    static func required<T>(_ value: T?, _ message: String) -> T {
        guard let value else { OPENSSL_die(message, "Cryptography", 0) }
        return value
    }

    /// The error of a failed operation. OpenSSL's own queue of reasons is emptied: it is per thread and would only be read by
    /// the next failure, and its texts may describe key material.
    static func failure(_ code: CryptographyError.Code) -> CryptographyError {
        ERR_clear_error()
        return CryptographyError(code)
    }
}

extension Sequence where Element == UInt8 {
    /// Hands over the bytes where they lie, or a copy where they do not lie side by side.
    @inline(__always)
    func withContiguousBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        if let result = withContiguousStorageIfAvailable(body) { return result }
        return Array(self).withUnsafeBufferPointer(body)
    }
}
