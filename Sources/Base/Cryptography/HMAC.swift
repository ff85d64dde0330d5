internal import COpenSSL

/// Message authentication with a shared key (RFC 2104, FIPS 198-1).
public enum HMAC {
    public static func authenticate(_ message: [UInt8], key: Secret, digest: Digest = .sha256) -> [UInt8] {
        let context = OpenSSL.required(EVP_MAC_CTX_dup(template(digest)), "an HMAC could not be computed")
        defer { EVP_MAC_CTX_free(context) }
        return [UInt8](unsafeUninitializedCapacity: digest.count) { output, initialized in
            var length = 0
            let keyed = key.withBytes { EVP_MAC_init(context, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), $0.count, nil) }
            let done =
                keyed == 1 && EVP_MAC_update(context, message, message.count) == 1
                && EVP_MAC_final(context, output.baseAddress, &length, digest.count) == 1
            OpenSSL.require(done && length == digest.count, "an HMAC could not be computed")
            initialized = digest.count
        }
    }

    /// Compares in constant time; a shortened tag is not valid.
    public static func isValid(_ tag: [UInt8], for message: [UInt8], key: Secret, digest: Digest = .sha256) -> Bool {
        constantTimeEquals(tag, authenticate(message, key: key, digest: digest))
    }

    private static func template(_ digest: Digest) -> OpaquePointer {
        switch digest {
        case .sha256: OpenSSL.shared.hmacSHA256
        case .sha384: OpenSSL.shared.hmacSHA384
        case .sha512: OpenSSL.shared.hmacSHA512
        }
    }
}

/// Whether both hold the same bytes. The time depends on the lengths, not on the contents.
public func constantTimeEquals(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    left.withContiguousBytes { left in
        right.withContiguousBytes { right in
            guard left.count == right.count else { return false }
            guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else { return true }
            return CRYPTO_memcmp(leftStart, rightStart, left.count) == 0
        }
    }
}
