import Cryptography
import PasswordHashing
import Testing

@Suite("PHC strings of Argon2id")
struct PHCStringTests {
    static let salt = "c29tZXNhbHRzb21lc2FsdA"
    static let tag = "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHApl8ArZWb2GRPPc"

    @Test(
        "a well-formed string is read and written back unchanged",
        arguments: [
            "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=8,t=1,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=4,keyid=AAECAwQFBgc$\(salt)$\(tag)",
            "$argon2id$v=19$m=4294967295,t=4294967295,p=16777215$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=65536,t=3,p=1$+/+/+/+/+/8$\(tag)",
        ])
    func wellFormed(_ text: String) throws {
        #expect(try PasswordHash(phc: text).phc == text)
    }

    @Test("the parameters are those of the string")
    func parameters() throws {
        let hash = try PasswordHash(phc: "$argon2id$v=19$m=4096,t=5,p=2$\(Self.salt)$\(Self.tag)")
        #expect(try hash.parameters == Argon2Parameters(memoryKiB: 4096, iterations: 5, parallelism: 2, saltLength: 16, tagLength: 32))
    }

    @Test(
        "a malformed string is refused",
        arguments: [
            "", "$", "argon2id", "$argon2id", "$argon2id$", "$$v=19$m=8,t=1,p=1$\(salt)$\(tag)",
            "argon2id$v=19$m=65536,t=3,p=1$\(salt)$\(tag)", " $argon2id$v=19$m=65536,t=3,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$\(tag)\n", "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$\(tag)$",
            "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$\(tag)\u{0}", "$ARGON2ID$v=19$m=65536,t=3,p=1$\(salt)$\(tag)",
            "$argon2id$v=019$m=65536,t=3,p=1$\(salt)$\(tag)", "$argon2id$v=$m=65536,t=3,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=065536,t=3,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=+65536,t=3,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=-65536,t=3,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=٦٥٥٣٦,t=3,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536, t=3,p=1$\(salt)$\(tag)", "$argon2id$v=19$t=3,m=65536,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536,p=1,t=3$\(salt)$\(tag)", "$argon2id$v=19$m=65536,t=3$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=1,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=65536,t=3,p=1,x=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=1,keyid=$\(salt)$\(tag)", "$argon2id$v=19$m=65536,t=3,p=1,keyid=A$\(salt)$\(tag)",
            "$argon2id$v=19$m=99999999999999999999,t=3,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=,t=3,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=0,t=3,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=7,t=3,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=15,t=3,p=2$\(salt)$\(tag)", "$argon2id$v=19$m=65536,t=0,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=0$\(salt)$\(tag)", "$argon2id$v=19$m=4294967296,t=3,p=1$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536,t=4294967296,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=4294967295,t=3,p=16777216$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=1$$\(tag)", "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$", "$argon2id$v=19$m=65536,t=3,p=1$\(salt)",
            "$argon2id$v=19$m=65536,t=3,p=1$\(salt)==$\(tag)", "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$\(tag)=",
            "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdB$\(tag)", "$argon2id$v=19$m=65536,t=3,p=1$-_-_-_-_-_8$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2Fsd$\(tag)", "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNh bHQ$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$" + String(repeating: "A", count: 400),
        ])
    func malformed(_ text: String) {
        #expect(throws: PasswordHashError.malformedHash) { try PasswordHash(phc: text) }
    }

    @Test(
        "a string of another algorithm, version or size is refused as unsupported",
        arguments: [
            "$argon2i$v=19$m=65536,t=3,p=1$\(salt)$\(tag)", "$argon2d$v=19$m=65536,t=3,p=1$\(salt)$\(tag)",
            "$2b$12$abcdefghijklmnopqrstuv", "$pbkdf2-sha256$i=600000$\(salt)$\(tag)", "$scrypt$ln=17,r=8,p=1$\(salt)$\(tag)",
            "$argon2id$m=65536,t=3,p=1$\(salt)$\(tag)", "$argon2id$v=16$m=65536,t=3,p=1$\(salt)$\(tag)",
            "$argon2id$v=20$m=65536,t=3,p=1$\(salt)$\(tag)", "$argon2id$v=19$m=65536,t=3,p=1,data=AAAA$\(salt)$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=1,keyid=AAAA$\(salt)$\(tag)", "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbA$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=1$\(String(repeating: "A", count: 87))$\(tag)",
            "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$CTFhFdXPJO1aFaMaO6Mm",
            "$argon2id$v=19$m=65536,t=3,p=1$\(salt)$\(String(repeating: "A", count: 87))",
        ])
    func unsupported(_ text: String) {
        #expect(throws: PasswordHashError.unsupportedHash) { try PasswordHash(phc: text) }
    }

    @Test("whatever happens to a string, it is refused or it is the one spelling of a hash", arguments: 0..<20)
    func oneSpelling(_ seed: Int) {
        var random = SplitMix(state: UInt64(seed))
        let originals = [
            "$argon2id$v=19$m=65536,t=3,p=1$\(Self.salt)$\(Self.tag)", "$argon2id$v=19$m=8,t=1,p=1,keyid=AAECAwQFBgc$AAAAAAAAAAA$\(Self.tag)",
        ]
        let alphabet = Array("$,=+/-_ 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\u{0}\n%é".unicodeScalars)
        for round in 0..<500 {
            var text = Array(originals[round % 2].unicodeScalars)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<text.count, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: text[place] = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                case 1: text.insert(alphabet[Int.random(in: 0..<alphabet.count, using: &random)], at: place)
                case 2: text.remove(at: place)
                default: text.removeSubrange(place...)
                }
                if text.isEmpty { break }
            }
            let mutated = String(String.UnicodeScalarView(text))
            if let hash = try? PasswordHash(phc: mutated) { #expect(Array(hash.phc.utf8) == Array(mutated.utf8)) }
        }
    }

    @Test("any hash that the hasher writes is read back as itself", arguments: [8, 9, 16, 17, 63, 64])
    func roundTrip(_ saltLength: Int) async throws {
        for tagLength in [16, 31, 32, 64] {
            let parameters = try Argon2Parameters(memoryKiB: 8, iterations: 1, saltLength: saltLength, tagLength: tagLength)
            let hasher = PasswordHasher(PasswordHasherConfiguration(workers: 1, parameters: parameters, pepper: Secret.random(32)))
            let hash = try await hasher.hash(Secret([1, 2, 3]))
            #expect(try PasswordHash(phc: hash.phc) == hash)
        }
    }

    @Test("a hash does not show itself when it is printed")
    func printing() throws {
        let hash = try PasswordHash(phc: "$argon2id$v=19$m=65536,t=3,p=1$\(Self.salt)$\(Self.tag)")
        var dumped = ""
        dump(hash, to: &dumped)
        #expect("\(hash)" == "‹password hash›")
        for text in [String(reflecting: hash), dumped] { #expect(!text.contains(Self.tag) && !text.contains("65536")) }
    }
}

/// A small generator with a seed, so that a failing case can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
