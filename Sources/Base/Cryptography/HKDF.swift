internal import COpenSSL

/// Key derivation with HMAC-SHA-256 (RFC 5869): many keys for many purposes out of one secret.
public enum HKDF {
    /// - Parameters:
    ///   - info: the purpose; another purpose gives an unrelated key.
    ///   - count: the length of the derived key in bytes, 1 to 8,160.
    /// - Throws: `derivation` for another count.
    public static func derive(from secret: Secret, salt: [UInt8], info: String, count: Int) throws(CryptographyError) -> Secret {
        try derive(from: secret, salt: salt, info: Array(info.utf8), count: count)
    }

    static func derive(from secret: Secret, salt: [UInt8], info: [UInt8], count: Int) throws(CryptographyError) -> Secret {
        guard count > 0, count <= 255 * Digest.sha256.count else { throw CryptographyError(.derivation) }
        var done: Int32 = 0
        let derived = Secret(count: count) { output in
            secret.withBytes { key in
                done = portico_hkdf(
                    OpenSSL.shared.hkdf, "SHA256", key.baseAddress, key.count, salt, salt.count, info, info.count, output.baseAddress, count)
            }
        }
        guard done == 1 else { throw OpenSSL.failure(.derivation) }
        return derived
    }
}
