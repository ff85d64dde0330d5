import Cryptography
import Testing

@testable import PasswordHashing

@Suite("RFC 9106: Argon2id")
struct RFC9106Argon2Tests {
    @Test("the test vector of RFC 9106 §5.3, with secret and associated data, gives the specification's tag")
    func specificationVector() throws {
        let computation = Argon2id(
            password: Secret([UInt8](repeating: 1, count: 32)), salt: [UInt8](repeating: 2, count: 16),
            secret: Secret([UInt8](repeating: 3, count: 8)), associatedData: [UInt8](repeating: 4, count: 12),
            parameters: try Argon2Parameters(memoryKiB: 32, iterations: 3, parallelism: 4))
        let tag = try computation.tag(in: Arena(byteCount: 32 * 1024))
        #expect(hexadecimal(tag) == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659")
    }

    /// From `src/test.c` of the reference implementation, Argon2id version 19.
    struct KnownAnswer: CustomTestStringConvertible {
        let password: String, salt: String, phc: String, tag: String
        var testDescription: String { phc }
    }

    static let knownAnswers = [
        KnownAnswer(
            password: "password", salt: "somesalt",
            phc: "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            tag: "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"),
        KnownAnswer(
            password: "password", salt: "somesalt",
            phc: "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            tag: "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"),
        KnownAnswer(
            password: "password", salt: "somesalt",
            phc: "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
            tag: "6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037"),
        KnownAnswer(
            password: "password", salt: "somesalt",
            phc: "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg",
            tag: "f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98"),
        KnownAnswer(
            password: "password", salt: "somesalt",
            phc: "$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$kCXUjmjvc5XMqQedpMTsOv+zyJEf5PhtGiUghW9jFyw",
            tag: "9025d48e68ef7395cca9079da4c4ec3affb3c8911fe4f86d1a2520856f63172c"),
        KnownAnswer(
            password: "differentpassword", salt: "somesalt",
            phc: "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94",
            tag: "0b84d652cf6b0c4beaef0dfe278ba6a80df6696281d7e0d2891b817d8c458fde"),
        KnownAnswer(
            password: "password", salt: "diffsalt",
            phc: "$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw",
            tag: "bdf32b05ccc42eb15d58fd19b1f856b113da1e9a5874fdcc544308565aa8141c"),
    ]

    @Test("the known answers of the reference implementation are computed", arguments: knownAnswers)
    func knownAnswer(_ known: KnownAnswer) throws {
        let hash = try PasswordHash(phc: known.phc)
        let computation = Argon2id(
            password: Secret(Array(known.password.utf8)), salt: Array(known.salt.utf8), secret: nil, parameters: hash.parameters)
        let tag = try computation.tag(in: Arena(byteCount: hash.parameters.arenaBytes))
        #expect(hexadecimal(tag) == known.tag)
        #expect(hash.phc == known.phc)
    }

    @Test("the known answers verify from their PHC strings", arguments: knownAnswers)
    func knownAnswerVerifies(_ known: KnownAnswer) async throws {
        let hasher = PasswordHasher(PasswordHasherConfiguration(workers: 1))
        let hash = try PasswordHash(phc: known.phc)
        #expect(try await hasher.verify(Secret(Array(known.password.utf8)), against: hash) == Verification(matches: true, needsRehash: true))
        #expect(try await hasher.verify(Secret(Array("passwore".utf8)), against: hash) == Verification(matches: false, needsRehash: false))
        await hasher.shutDown()
    }

    @Test("an arena that was used for another password gives the same tag as a fresh one")
    func reusedArena() throws {
        let parameters = try Argon2Parameters(memoryKiB: 64, iterations: 1)
        let first = Argon2id(password: Secret([1]), salt: [UInt8](repeating: 0, count: 16), secret: nil, parameters: parameters)
        let second = Argon2id(password: Secret([2]), salt: [UInt8](repeating: 0, count: 16), secret: nil, parameters: parameters)
        let arena = try Arena(byteCount: parameters.arenaBytes)
        _ = try first.tag(in: arena)
        let inUsedArena = try second.tag(in: arena)
        #expect(try inUsedArena == second.tag(in: Arena(byteCount: parameters.arenaBytes)))
    }

    @Test("the arena holds nothing of a hash that is done")
    func clearedArena() throws {
        let parameters = try Argon2Parameters(memoryKiB: 64, iterations: 1)
        let arena = try Arena(byteCount: parameters.arenaBytes)
        _ = try Argon2id(password: Secret([1]), salt: [UInt8](repeating: 0, count: 16), secret: nil, parameters: parameters).tag(in: arena)
        #expect(arena.bytes.allSatisfy { $0 == 0 })
    }

    @Test("an arena smaller than the memory asked for is refused")
    func smallArena() throws {
        let computation = Argon2id(
            password: Secret([1]), salt: [UInt8](repeating: 0, count: 16), secret: nil, parameters: try Argon2Parameters(memoryKiB: 1024))
        let arena = try Arena(byteCount: 512 * 1024)
        var refusal: PasswordHashError?
        do { _ = try computation.tag(in: arena) } catch { refusal = error }
        #expect(refusal == .failed)
    }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
