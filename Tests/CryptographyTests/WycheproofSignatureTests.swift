import Primitives
import Testing

@testable import Cryptography

/// Every invalid case is refused, every valid one accepted. What is "acceptable" is decided here, case by case.
@Suite struct WycheproofSignatureTests {
    struct Counts {
        var accepted = 0
        var refused = 0
        var refusedKeys = 0
        var all: Int { accepted + refused + refusedKeys }
    }

    @Test(
        "ECDSA signatures of fixed length are checked as Wycheproof says",
        arguments: [
            ("ecdsa_secp256r1_sha256_p1363_test", KeyType.p256, SignatureAlgorithm.es256),
            ("ecdsa_secp384r1_sha384_p1363_test", .p384, .es384),
        ])
    func ecdsa(file name: String, type: KeyType, algorithm: SignatureAlgorithm) throws {
        let file = try WycheproofFile(name)
        var counts = Counts()
        for group in file.groups {
            let point = try group.publicKeyHex("uncompressed")
            let half = (point.count - 1) / 2
            let key = try PublicKey(ec: type, x: Array(point[1...half]), y: Array(point[(half + 1)...]))
            #expect(try PublicKey(spkiDER: group.hex("publicKeyDer")) == key)
            for test in try group.cases() {
                let accepted = key.verify(try test.hex("sig"), of: try test.hex("msg"), algorithm)
                #expect(accepted == (test.result == .valid), "case \(test.id)")
                if accepted { counts.accepted += 1 } else { counts.refused += 1 }
            }
        }
        #expect(counts.all == file.numberOfTests)
        #expect(counts.accepted > 100 && counts.refused > 50)
    }

    /// Keys with exponent 3 are refused before any signature: FIPS 186-5 asks for at least 65,537. A digest that is encoded without its
    /// NULL parameter ("acceptable") is refused as well: RFC 8017 §9.2 writes it.
    @Test(
        "RSA PKCS #1 v1.5 signatures are checked as Wycheproof says",
        arguments: [
            ("rsa_signature_2048_sha256_test", 2), ("rsa_signature_3072_sha256_test", 1), ("rsa_signature_4096_sha256_test", 0),
        ])
    func rsaPKCS1(file name: String, weakGroups: Int) throws {
        let file = try WycheproofFile(name)
        var counts = Counts()
        var refusedGroups = 0
        for group in file.groups {
            let cases = try group.cases()
            guard try group.publicKeyHex("publicExponent") == [0x01, 0x00, 0x01] else {
                #expect(throws: CryptographyError(.weakKey)) { try PublicKey(spkiDER: group.hex("publicKeyDer")) }
                counts.refusedKeys += cases.count
                refusedGroups += 1
                continue
            }
            let key = try PublicKey(spkiDER: group.hex("publicKeyDer"))
            for test in cases {
                let accepted = key.verify(try test.hex("sig"), of: try test.hex("msg"), .rs256)
                #expect(accepted == (test.result == .valid), "case \(test.id)")
                if accepted { counts.accepted += 1 } else { counts.refused += 1 }
            }
        }
        #expect(counts.all == file.numberOfTests)
        #expect(refusedGroups == weakGroups)
        #expect(counts.accepted >= 7 && counts.refused > 240)
    }

    @Test("RSA PSS signatures are checked as Wycheproof says")
    func rsaPSS() throws {
        let file = try WycheproofFile("rsa_pss_2048_sha256_mgf1_32_test")
        var counts = Counts()
        for group in file.groups {
            let key = try PublicKey(spkiDER: group.hex("publicKeyDer"))
            for test in try group.cases() {
                let accepted = key.verify(try test.hex("sig"), of: try test.hex("msg"), .ps256)
                #expect(accepted == (test.result == .valid), "case \(test.id)")
                if accepted { counts.accepted += 1 } else { counts.refused += 1 }
            }
        }
        #expect(counts.all == file.numberOfTests)
        #expect(counts.accepted == 63 && counts.refused == 45)
    }

    /// "Acceptable": a key of small order is refused as a key. A key of mixed order is accepted, and so is a signature that satisfies RFC
    /// 8032's equation under it: only the key's owner can make such a key, and only the owner signs with it.
    @Test("Ed25519 signatures are checked as Wycheproof says")
    func ed25519() throws {
        let file = try WycheproofFile("ed25519_test")
        var counts = Counts()
        for group in file.groups {
            let cases = try group.cases()
            if cases.contains(where: { $0.flags.contains("SmallOrderPublicKey") }) {
                #expect(throws: CryptographyError(.malformedKey)) { try PublicKey(ed25519: group.publicKeyHex("pk")) }
                counts.refusedKeys += cases.count
                continue
            }
            let key = try PublicKey(ed25519: group.publicKeyHex("pk"))
            for test in cases {
                let accepted = key.verify(try test.hex("sig"), of: try test.hex("msg"), .edDSA)
                #expect(accepted == (test.result != .invalid), "case \(test.id)")
                if accepted { counts.accepted += 1 } else { counts.refused += 1 }
            }
        }
        #expect(counts.all == file.numberOfTests)
        #expect(counts.refusedKeys == 8 && counts.accepted == 117 + 21 && counts.refused == 64)
    }

    /// The product uses 256-bit keys, 96-bit nonces and 128-bit tags; the file's other groups are not for it.
    @Test("AES-256-GCM seals and opens as Wycheproof says")
    func aesGCM() throws {
        let file = try WycheproofFile("aes_gcm_test")
        var executed = 0
        var expected = 0
        for group in file.groups where group.json["keySize"] == 256 && group.json["ivSize"] == 96 && group.json["tagSize"] == 128 {
            let cases = try group.cases()
            expected += cases.count
            for test in cases {
                let cipher = try AESGCM(key: Secret(test.hex("key")))
                let (message, context) = (try test.hex("msg"), try test.hex("aad"))
                let sealed = try test.hex("iv") + test.hex("ct") + test.hex("tag")
                switch test.result {
                case .valid:
                    #expect(try cipher.open(sealed, authenticating: context) == message, "case \(test.id)")
                    #expect(try cipher.seal(message, authenticating: context, nonce: test.hex("iv")) == sealed, "case \(test.id)")
                case .invalid, .acceptable:
                    #expect(throws: CryptographyError(.authenticationFailed), "case \(test.id)") {
                        try cipher.open(sealed, authenticating: context)
                    }
                }
                executed += 1
            }
        }
        #expect(executed == expected && executed > 50)
    }
}
