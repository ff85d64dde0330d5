import Testing

@testable import Cryptography

@Suite struct KeyTests {
    static let message = Array("It is signed.".utf8)

    @Test("a new key signs, and its public half accepts the signature and no other message", arguments: SignatureAlgorithm.allCases)
    func roundTrip(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(for: algorithm)
        let signature = try key.sign(Self.message, algorithm)
        #expect(key.type == algorithm.keyType)
        #expect(key.publicKey.verify(signature, of: Self.message, algorithm))
        #expect(!key.publicKey.verify(signature, of: Self.message + [0], algorithm))
        #expect(!key.publicKey.verify(signature, of: [], algorithm))
        for index in [0, signature.count / 2, signature.count - 1] {
            var altered = signature
            altered[index] ^= 1
            #expect(!key.publicKey.verify(altered, of: Self.message, algorithm))
        }
        #expect(!key.publicKey.verify(signature + [0], of: Self.message, algorithm))
        #expect(!key.publicKey.verify([0] + signature, of: Self.message, algorithm))
        #expect(!key.publicKey.verify(signature.dropLast(), of: Self.message, algorithm))
        #expect(!key.publicKey.verify([], of: Self.message, algorithm))
    }

    @Test(
        "signatures have the fixed length JWS asks for",
        arguments: [
            (SignatureAlgorithm.es256, 64), (.es384, 96), (.edDSA, 64), (.rs256, 256), (.ps256, 256),
        ])
    func lengths(algorithm: SignatureAlgorithm, count: Int) throws {
        let key = try PrivateKey.generate(for: algorithm)
        // Often enough that some r or s begins with a zero byte, which DER leaves out.
        for _ in 0..<(algorithm.keyType == .rsa ? 3 : 600) {
            let signature = try key.sign(Self.message, algorithm)
            #expect(signature.count == count)
            #expect(key.publicKey.verify(signature, of: Self.message, algorithm))
        }
    }

    @Test("a key is never used with an algorithm of another key type")
    func algorithmsOfOtherTypes() throws {
        for made in [SignatureAlgorithm.es256, .es384, .rs256, .edDSA] {
            let key = try PrivateKey.generate(for: made)
            let signature = try key.sign(Self.message, made)
            for other in SignatureAlgorithm.allCases where other.keyType != made.keyType {
                #expect(!key.publicKey.accepts(other))
                #expect(!key.publicKey.verify(signature, of: Self.message, other))
                #expect(throws: CryptographyError(.unsupportedKey)) { try key.sign(Self.message, other) }
            }
        }
    }

    @Test("an RS256 signature is no PS256 signature, nor the other way")
    func rsaPaddings() throws {
        let key = try PrivateKey.generate(for: .rs256)
        #expect(!key.publicKey.verify(try key.sign(Self.message, .rs256), of: Self.message, .ps256))
        #expect(!key.publicKey.verify(try key.sign(Self.message, .ps256), of: Self.message, .rs256))
    }

    @Test("a key survives PKCS #8", arguments: SignatureAlgorithm.allCases)
    func pkcs8(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(for: algorithm)
        let der = try key.pkcs8DER()
        let again = try PrivateKey(pkcs8DER: der.copyBytes())
        #expect(again.publicKey == key.publicKey)
        #expect(key.publicKey.verify(try again.sign(Self.message, algorithm), of: Self.message, algorithm))
        #expect(throws: CryptographyError(.malformedKey)) { try PrivateKey(pkcs8DER: der.copyBytes() + [0]) }
        #expect(throws: CryptographyError(.malformedKey)) { try PrivateKey(pkcs8DER: der.copyBytes().dropLast()) }
    }

    @Test("a stored key whose halves do not belong together is refused")
    func mixedHalves() throws {
        let der = try PrivateKey.generate(for: .es256).pkcs8DER().copyBytes()
        guard case .ec(let x, let y) = try PrivateKey.generate(for: .es256).publicKey.parameters else { throw CryptographyError(.unsupportedKey) }
        // The DER ends with the uncompressed public point.
        #expect(throws: CryptographyError(.malformedKey)) { try PrivateKey(pkcs8DER: der.dropLast(64) + x + y) }
    }

    @Test("bytes that are no key are refused", arguments: [[], [0x30], [0x30, 0x00], [UInt8](repeating: 0xff, count: 200)])
    func garbage(bytes: [UInt8]) {
        #expect(throws: CryptographyError(.malformedKey)) { try PrivateKey(pkcs8DER: bytes) }
        #expect(throws: CryptographyError(.malformedKey)) { try PublicKey(spkiDER: bytes) }
    }

    @Test("a public key is made again from its parameters", arguments: SignatureAlgorithm.allCases)
    func parameters(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(for: algorithm).publicKey
        let again =
            switch key.parameters {
            case .ec(let x, let y): try PublicKey(ec: key.type, x: x, y: y)
            case .rsa(let n, let e): try PublicKey(rsaModulus: n, exponent: e)
            case .ed25519(let bytes): try PublicKey(ed25519: bytes)
            }
        #expect(again == key)
        #expect(again.hashValue == key.hashValue)
    }

    @Test("a point that is not on the curve, or not of the curve's length, is no key", arguments: [(KeyType.p256, 32), (.p384, 48)])
    func points(type: KeyType, count: Int) throws {
        guard case .ec(let x, let y) = try PrivateKey.generate(for: type == .p256 ? .es256 : .es384).publicKey.parameters else {
            throw CryptographyError(.unsupportedKey)
        }
        let zero = [UInt8](repeating: 0, count: count)
        let full = [UInt8](repeating: 0xff, count: count)
        var moved = y
        moved[count - 1] ^= 1
        for (x, y) in [(x, moved), (y, x), (zero, zero), (full, full), (x, full), ([0] + x, y), (x, [0] + y), (Array(x.dropLast()), y), ([], [])] {
            #expect(throws: CryptographyError(.malformedKey)) { try PublicKey(ec: type, x: x, y: y) }
        }
        #expect(throws: CryptographyError(.malformedKey)) { try PublicKey(ec: type == .p256 ? .p384 : .p256, x: x, y: y) }
        #expect(throws: CryptographyError(.unsupportedKey)) { try PublicKey(ec: .rsa, x: x, y: y) }
    }

    @Test("RSA keys outside the limits are refused")
    func rsaLimits() throws {
        guard case .rsa(let n, let e) = try PrivateKey.generate(for: .rs256).publicKey.parameters else { throw CryptographyError(.unsupportedKey) }
        let odd: (Int) -> [UInt8] = { [0x80] + [UInt8](repeating: 0x11, count: $0 / 8 - 1) }
        for (modulus, exponent, code): ([UInt8], [UInt8], CryptographyError.Code) in [
            (odd(1024), e, .weakKey), ([0x7f] + n.dropFirst(), e, .weakKey), (odd(8200), e, .unsupportedKey),
            (n, [3], .weakKey), (n, [1], .weakKey), (n, [0xff, 0xff], .weakKey), (n, [UInt8](repeating: 1, count: 9), .unsupportedKey),
            ([0] + n, e, .malformedKey), (n, [0] + e, .malformedKey), (n.dropLast() + [0], e, .malformedKey), (n, [1, 0, 0], .malformedKey),
            ([], e, .malformedKey), (n, [], .malformedKey),
        ] {
            #expect(throws: CryptographyError(code)) { try PublicKey(rsaModulus: modulus, exponent: exponent) }
        }
        #expect(try PublicKey(rsaModulus: odd(8192), exponent: e).type == .rsa)
        #expect(throws: CryptographyError(.weakKey)) { try PrivateKey.generate(for: .rs256, rsaBits: 2047) }
        #expect(throws: CryptographyError(.unsupportedKey)) { try PrivateKey.generate(for: .rs256, rsaBits: 8193) }
    }

    @Test("an RSA key has the size that was asked for")
    func rsaSize() throws {
        guard case .rsa(let n, let e) = try PrivateKey.generate(for: .ps256, rsaBits: 3072).publicKey.parameters else {
            throw CryptographyError(.unsupportedKey)
        }
        #expect(n.count == 384)
        #expect(n[0] >= 0x80)
        #expect(e == [1, 0, 1])
    }

    @Test("an Ed25519 key of another length, or not canonically encoded, is refused")
    func ed25519Encodings() {
        let p = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]
        let top = [UInt8](repeating: 0xFF, count: 32)
        for bytes in [[], [UInt8](repeating: 9, count: 31), [UInt8](repeating: 9, count: 33), p, [0xEE] + p.dropFirst(), top] {
            #expect(throws: CryptographyError(.malformedKey)) { try PublicKey(ed25519: bytes) }
        }
    }

    @Test("one key signs from many threads at once", arguments: SignatureAlgorithm.allCases)
    func threads(algorithm: SignatureAlgorithm) async throws {
        let key = try PrivateKey.generate(for: algorithm)
        let valid = try await withThrowingTaskGroup(of: Bool.self, returning: Int.self) { group in
            for number in 0..<64 {
                group.addTask {
                    let message = [UInt8(number)]
                    return key.publicKey.verify(try key.sign(message, algorithm), of: message, algorithm)
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(valid == 64)
    }
}
