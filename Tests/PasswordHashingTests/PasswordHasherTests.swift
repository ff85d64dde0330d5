import Cryptography
import PasswordHashing
import Testing

@Suite("Hashing and verifying a password")
struct PasswordHasherTests {
    /// The least that Argon2 takes: what these tests look at does not depend on the cost.
    static func light(_ iterations: Int = 1) throws -> Argon2Parameters { try Argon2Parameters(memoryKiB: 8, iterations: iterations) }

    private func hasher(_ parameters: Argon2Parameters, pepper: Secret? = nil, former: [Secret] = []) -> PasswordHasher {
        PasswordHasher(PasswordHasherConfiguration(workers: 1, parameters: parameters, pepper: pepper, formerPeppers: former))
    }

    private func secret(_ text: String) -> Secret { Secret(Array(text.utf8)) }

    @Test("the right password matches its hash, any other does not")
    func matching() async throws {
        let hasher = hasher(try Self.light())
        let hash = try await hasher.hash(secret("correct horse"))
        #expect(try await hasher.verify(secret("correct horse"), against: hash) == Verification(matches: true, needsRehash: false))
        for wrong in ["correct hors", "correct horse ", "Correct horse", ""] {
            #expect(try await hasher.verify(secret(wrong), against: hash) == Verification(matches: false, needsRehash: false))
        }
    }

    @Test("two hashes of one password differ")
    func salted() async throws {
        let hasher = hasher(try Self.light())
        let (first, second) = (try await hasher.hash(secret("same")), try await hasher.hash(secret("same")))
        #expect(first != second)
    }

    @Test("bytes after a NUL count, and a password need not be UTF-8")
    func arbitraryBytes() async throws {
        let hasher = hasher(try Self.light())
        let password: [UInt8] = [0x61, 0, 0x62, 0xFF, 0xFE]
        let hash = try await hasher.hash(Secret(password))
        #expect(try await hasher.verify(Secret(password), against: hash).matches)
        for wrong: [UInt8] in [[0x61], [0x61, 0], [0x61, 0, 0x63, 0xFF, 0xFE], [0x61, 0, 0x62, 0xFF], password + [0]] {
            #expect(try await hasher.verify(Secret(wrong), against: hash).matches == false)
        }
    }

    @Test("an empty password is a password like any other to the hash")
    func empty() async throws {
        let hasher = hasher(try Self.light())
        let hash = try await hasher.hash(Secret([]))
        #expect(try await hasher.verify(Secret([]), against: hash).matches)
        #expect(try await hasher.verify(Secret([0]), against: hash).matches == false)
    }

    @Test("a password is bounded in bytes, not characters, before anything is computed")
    func passwordLength() async throws {
        let hasher = PasswordHasher(PasswordHasherConfiguration(workers: 1, parameters: try Self.light(), maximumPasswordBytes: 12))
        let longest = secret("ééé" + "123456")
        let hash = try await hasher.hash(longest)
        #expect(try await hasher.verify(longest, against: hash).matches)
        let tooLong = secret("éééé" + "12345")
        await #expect(throws: PasswordHashError.passwordTooLong) { try await hasher.hash(tooLong) }
        await #expect(throws: PasswordHashError.passwordTooLong) { try await hasher.verify(tooLong, against: hash) }
        await #expect(throws: PasswordHashError.passwordTooLong) { try await hasher.verifyNothing(tooLong) }
    }

    @Test("a hash made with other parameters verifies and asks to be made anew")
    func rehashForParameters() async throws {
        let hash = try await hasher(try Self.light(1)).hash(secret("password"))
        let raised = hasher(try Self.light(2))
        #expect(try await raised.verify(secret("password"), against: hash) == Verification(matches: true, needsRehash: true))
        #expect(try await raised.verify(secret("wrong"), against: hash) == Verification(matches: false, needsRehash: false))
        let renewed = try await raised.hash(secret("password"))
        #expect(try await raised.verify(secret("password"), against: renewed) == Verification(matches: true, needsRehash: false))
    }

    @Test("a hash made before there was a pepper verifies and asks to be made anew")
    func rehashForMissingPepper() async throws {
        let hash = try await hasher(try Self.light()).hash(secret("password"))
        let peppered = hasher(try Self.light(), pepper: Secret.random(32))
        #expect(try await peppered.verify(secret("password"), against: hash) == Verification(matches: true, needsRehash: true))
        let renewed = try await peppered.hash(secret("password"))
        #expect(try await peppered.verify(secret("password"), against: renewed) == Verification(matches: true, needsRehash: false))
    }

    @Test("a hash with a former pepper verifies and asks to be made anew")
    func rehashForFormerPepper() async throws {
        let (old, new) = (Secret.random(32), Secret.random(32))
        let hash = try await hasher(try Self.light(), pepper: old).hash(secret("password"))
        let changed = hasher(try Self.light(), pepper: new, former: [old])
        #expect(try await changed.verify(secret("password"), against: hash) == Verification(matches: true, needsRehash: true))
        #expect(try await changed.verify(secret("wrong"), against: hash).matches == false)
    }

    @Test("a hash whose pepper is not at hand is refused, not found wrong")
    func unknownPepper() async throws {
        let hash = try await hasher(try Self.light(), pepper: Secret.random(32)).hash(secret("password"))
        for other in [hasher(try Self.light()), hasher(try Self.light(), pepper: Secret.random(32))] {
            await #expect(throws: PasswordHashError.unsupportedHash) { try await other.verify(secret("password"), against: hash) }
        }
    }

    @Test("the pepper goes into the tag: without its name the same hash no longer matches")
    func pepperCounts() async throws {
        let hasher = hasher(try Self.light(), pepper: Secret.random(32))
        let text = try await hasher.hash(secret("password")).phc
        let parts = text.split(separator: ",keyid=")
        try #require(parts.count == 2)
        let stripped = try PasswordHash(phc: String(parts[0] + parts[1].drop(while: { $0 != "$" })))
        #expect(try await hasher.verify(secret("password"), against: stripped).matches == false)
    }

    @Test(
        "a foreign hash beyond the limits is refused without being computed",
        arguments: ["m=1025,t=1,p=1", "m=1024,t=3,p=1", "m=8,t=257,p=1", "m=1024,t=1,p=3", "m=4294967295,t=1,p=1", "m=8,t=4294967295,p=1"])
    func foreignLimits(_ cost: String) async throws {
        var configuration = PasswordHasherConfiguration(workers: 1, parameters: try Self.light())
        configuration.foreignLimits = ForeignHashLimits(memoryKiB: 1024, blocks: 2048, parallelism: 2)
        let hasher = PasswordHasher(configuration)
        let hash = try PasswordHash(phc: "$argon2id$v=19$\(cost)$\(PHCStringTests.salt)$\(PHCStringTests.tag)")
        await #expect(throws: PasswordHashError.unsupportedHash) { try await hasher.verify(secret("password"), against: hash) }
    }

    @Test("a foreign hash at the limits is verified, in more memory than the hasher's own parameters take")
    func heavierForeignHash() async throws {
        let foreign = try Argon2Parameters(memoryKiB: 1024, iterations: 2, parallelism: 2)
        let hash = try await hasher(foreign).hash(secret("password"))
        var configuration = PasswordHasherConfiguration(workers: 1, parameters: try Self.light())
        configuration.foreignLimits = ForeignHashLimits(memoryKiB: 1024, blocks: 2048, parallelism: 2)
        let hasher = PasswordHasher(configuration)
        #expect(try await hasher.verify(secret("password"), against: hash) == Verification(matches: true, needsRehash: true))
        #expect(try await hasher.verify(secret("wrong"), against: hash).matches == false)
    }

    @Test("what the configuration asks for is verified whatever the limits for foreign hashes")
    func ownHashBeyondForeignLimits() async throws {
        var configuration = PasswordHasherConfiguration(workers: 1, parameters: try Self.light())
        configuration.foreignLimits = ForeignHashLimits(memoryKiB: 1, blocks: 1, parallelism: 1)
        let hasher = PasswordHasher(configuration)
        let hash = try await hasher.hash(secret("password"))
        #expect(try await hasher.verify(secret("password"), against: hash).matches)
    }

    @Test(
        "parameters outside the bounds of RFC 9106 are refused",
        arguments: [
            (7, 1, 1, 16, 32), (15, 1, 2, 16, 32), (1 << 32, 1, 1, 16, 32), (8, 0, 1, 16, 32), (8, 1 << 32, 1, 16, 32), (8, 1, 0, 16, 32),
            (1 << 31, 1, 1 << 24, 16, 32), (8, 1, 1, 7, 32), (8, 1, 1, 65, 32), (8, 1, 1, 16, 15), (8, 1, 1, 16, 65), (-8, 1, 1, 16, 32),
        ])
    func bounds(_ memory: Int, _ iterations: Int, _ lanes: Int, _ salt: Int, _ tag: Int) {
        #expect(throws: PasswordHashError.parameters) {
            try Argon2Parameters(memoryKiB: memory, iterations: iterations, parallelism: lanes, saltLength: salt, tagLength: tag)
        }
    }

    @Test("the parameters by default are 64 MiB, three passes and one lane")
    func standard() throws {
        #expect(try Argon2Parameters() == .standard)
        #expect(
            [Argon2Parameters.standard.memoryKiB, Argon2Parameters.standard.iterations, Argon2Parameters.standard.parallelism] == [65_536, 3, 1])
    }
}
