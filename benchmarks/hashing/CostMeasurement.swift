internal import Cryptography
internal import Glibc
internal import PasswordHashing

/// CPU per hash, each way in turn.
struct CostMeasurement {
    let parameters: Argon2Parameters
    let rounds: Int
    let hashes: Int

    struct Cost {
        let way: String
        /// CPU per hash, in milliseconds, one value a round.
        var perHash: [Double] = []
    }

    static let ways = [
        "bare libargon2, own memory each time", "bare libargon2, one block kept", "bare libargon2, one block of huge pages kept",
        "PasswordHasher, arena given back after each hash", "PasswordHasher, arena kept",
    ]
    /// The way that the others are compared with.
    static let yardstick = 1

    func run() async throws -> [Cost] {
        let bare = BareArgon2(parameters: parameters)
        let (kept, huge) = (Self.block(parameters.memoryKiB * 1024), Self.block(parameters.memoryKiB * 1024))
        madvise(huge.baseAddress, huge.count, MADV_HUGEPAGE)
        defer {
            kept.deallocate()
            huge.deallocate()
        }
        let password = Secret([UInt8](repeating: 0x70, count: 16))
        let giving = PasswordHasher(PasswordHasherConfiguration(workers: 1, parameters: parameters, arenaIdle: .zero))
        let keeping = PasswordHasher(PasswordHasherConfiguration(workers: 1, parameters: parameters, arenaIdle: .seconds(600)))

        let bodies: [() async throws -> Void] = [
            { _ = bare.hashWithOwnMemory() },
            { _ = bare.hash(in: kept) },
            { _ = bare.hash(in: huge) },
            { _ = try await giving.hash(password) },
            { _ = try await keeping.hash(password) },
        ]
        var costs = Self.ways.map { Cost(way: $0) }
        // The round before the first makes blocks, arenas and threads and is not counted. Each round begins with another way.
        for round in -1..<rounds {
            for turn in bodies.indices {
                let way = (turn + round + 1) % bodies.count
                let measured = try await perHash(bodies[way])
                if round >= 0 { costs[way].perHash.append(measured) }
            }
        }
        await giving.shutDown()
        await keeping.shutDown()
        return costs
    }

    private func perHash(_ body: () async throws -> Void) async throws -> Double {
        let start = ProcessUsage.cpuMilliseconds
        for _ in 0..<hashes { try await body() }
        // An arena is given back just after the answer: that belongs to this turn, not to the next.
        try await Task.sleep(for: .milliseconds(5))
        return (ProcessUsage.cpuMilliseconds - start) / Double(hashes)
    }

    private static func block(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: byteCount, alignment: 2 * 1024 * 1024)
    }
}
