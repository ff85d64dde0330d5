/// The cost and sizes of one Argon2id hash (RFC 9106 §3.1).
public struct Argon2Parameters: Sendable, Hashable {
    /// Memory m, in KiB.
    public let memoryKiB: Int
    /// Passes t over that memory.
    public let iterations: Int
    /// Lanes p. They change the result and who may compute it in parallel; a worker computes them one after the other.
    public let parallelism: Int
    /// Bytes of salt.
    public let saltLength: Int
    /// Bytes of tag.
    public let tagLength: Int

    /// m = 64 MiB, t = 3, p = 1, 128 bits of salt and 256 of tag: the second choice of RFC 9106 §4 with a single lane, since
    /// a server spends its cores on different sign-ins rather than on one.
    public static let standard = Argon2Parameters(uncheckedMemoryKiB: 65_536, iterations: 3, parallelism: 1, saltLength: 16, tagLength: 32)

    /// - Throws: `parameters` outside p 1…2²⁴−1, t 1…2³²−1, m 8p…2³²−1 KiB (RFC 9106 §3.1), salt 8…64 bytes or tag 16…64 bytes.
    public init(
        memoryKiB: Int = 65_536, iterations: Int = 3, parallelism: Int = 1, saltLength: Int = 16, tagLength: Int = 32
    ) throws(PasswordHashError) {
        guard (1...0xFF_FFFF).contains(parallelism), (1...0xFFFF_FFFF).contains(iterations),
            memoryKiB >= 8 * parallelism, memoryKiB <= 0xFFFF_FFFF,
            Self.saltLengths.contains(saltLength), Self.tagLengths.contains(tagLength)
        else { throw .parameters }
        self.init(
            uncheckedMemoryKiB: memoryKiB, iterations: iterations, parallelism: parallelism, saltLength: saltLength, tagLength: tagLength)
    }

    private init(uncheckedMemoryKiB memoryKiB: Int, iterations: Int, parallelism: Int, saltLength: Int, tagLength: Int) {
        self.memoryKiB = memoryKiB
        self.iterations = iterations
        self.parallelism = parallelism
        self.saltLength = saltLength
        self.tagLength = tagLength
    }

    static let saltLengths = 8...64
    static let tagLengths = 16...64

    /// Bytes of the arena in which a hash with these parameters is computed.
    var arenaBytes: Int { memoryKiB * 1024 }
}
