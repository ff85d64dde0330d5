internal import COpenSSL

/// A digest of bytes that come one piece after the other, for what is too long to hold.
public struct RunningDigest: ~Copyable {
    private let context: OpaquePointer
    private let digest: Digest

    public init(_ digest: Digest) {
        self.digest = digest
        context = OpenSSL.required(EVP_MD_CTX_new(), "a digest could not be computed")
        OpenSSL.require(EVP_DigestInit_ex2(context, digest.handle, nil) == 1, "a digest could not be computed")
    }

    deinit { EVP_MD_CTX_free(context) }

    public mutating func update(_ bytes: some Sequence<UInt8>) {
        bytes.withContiguousBytes { bytes in
            OpenSSL.require(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "a digest could not be computed")
        }
    }

    /// The digest of every piece, as of all of them at once.
    public consuming func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: digest.count) { output, initialized in
            var length: UInt32 = 0
            let done = EVP_DigestFinal_ex(context, output.baseAddress, &length)
            OpenSSL.require(done == 1 && Int(length) == digest.count, "a digest could not be computed")
            initialized = digest.count
        }
    }
}
