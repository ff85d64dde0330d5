internal import COpenSSL

/// The SHA-2 digests (FIPS 180-4) the product uses.
public enum Digest: Sendable, Hashable {
    case sha256
    case sha384
    case sha512

    /// The length of the digest in bytes.
    public var count: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    public func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.withContiguousBytes { hash(contiguous: $0) }
    }

    private func hash(contiguous bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            var length: UInt32 = 0
            let done = EVP_Digest(bytes.baseAddress, bytes.count, output.baseAddress, &length, handle, nil)
            OpenSSL.require(done == 1 && Int(length) == count, "a digest could not be computed")
            initialized = count
        }
    }

    var handle: OpaquePointer {
        switch self {
        case .sha256: OpenSSL.shared.sha256
        case .sha384: OpenSSL.shared.sha384
        case .sha512: OpenSSL.shared.sha512
        }
    }
}
