internal import COpenSSL

/// Unpredictable bytes from OpenSSL's generator, which seeds itself from the operating system.
public enum Randomness {
    /// The process ends where the generator fails: nothing that was promised to be unpredictable can go on without it.
    public static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { output, initialized in
            OpenSSL.require(count == 0 || RAND_bytes(output.baseAddress, Int32(count)) == 1, "no randomness")
            initialized = count
        }
    }
}
