import Cryptography
import JOSE
import Primitives
import Testing

/// What a forger, or a careless maker, can do to a token. Each case names the one reason it is refused for.
@Suite struct JWSVerificationTests {
    static func verify(_ token: String, _ key: PublicKey, _ algorithm: SignatureAlgorithm) throws -> VerifiedJWS {
        try JWS.parse(token).verified(with: key, algorithm: algorithm, typ: .absentOr("JWT"))
    }

    @Test("a signed token verifies, by hand or by a prepared signer", arguments: SignatureAlgorithm.allCases)
    func roundTrip(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(for: algorithm)
        let signer = JWSSigner(key: key, algorithm: algorithm, kid: "k\"1", typ: "at+jwt")
        for payload in [[], Array("{}".utf8), Randomness.bytes(1000)] {
            for token in [try signer.sign(payload), try JWS.sign(payload, with: key, algorithm: algorithm, kid: "k\"1", typ: "at+jwt")] {
                let jws = try JWS.parse(token)
                #expect(jws.kid == "k\"1")
                let verified = try jws.verified(with: key.publicKey, algorithm: algorithm, typ: .exactly("at+jwt"))
                #expect(verified.payload == payload)
                #expect(verified.header.all.names == ["alg", "typ", "kid"])
            }
        }
    }

    @Test("signing with an algorithm of another key type fails")
    func wrongSigner() throws {
        let key = try PrivateKey.generate(for: .es256)
        #expect(throws: CryptographyError(.unsupportedKey)) { try JWS.sign([], with: key, algorithm: .rs256, kid: nil, typ: nil) }
    }

    @Test("the algorithm `none` is refused in every spelling", arguments: ["none", "None", "NONE", "nOnE", "none ", " none", "", "no\u{200b}ne"])
    func algorithmNone(alg: String) throws {
        let key = try PrivateKey.generate(for: .es256)
        let header = "{\"alg\":\"\(alg)\"}"
        let token = try TokenForge.signed(header: header, key: key, .es256)
        #expect(throws: JOSEError.algorithmNotAllowed) { try Self.verify(token, key.publicKey, .es256) }
        #expect(throws: JOSEError.algorithmNotAllowed) { try JWS.parse(token).verifiedHMAC(secret: Secret.random(32), typ: .absentOr("JWT")) }
        #expect(throws: JOSEError.malformed("signature")) { try JWS.parse(TokenForge.segment(header) + ".e30.") }
    }

    @Test("a header that names another algorithm than the expected one is refused", arguments: SignatureAlgorithm.allCases)
    func otherAlgorithm(named: SignatureAlgorithm) throws {
        for expected in SignatureAlgorithm.allCases where expected != named {
            let key = try PrivateKey.generate(for: expected)
            let token = try TokenForge.signed(header: "{\"alg\":\"\(named.rawValue)\"}", key: key, expected)
            #expect(throws: JOSEError.algorithmNotAllowed) { try Self.verify(token, key.publicKey, expected) }
        }
    }

    @Test("names of algorithms are compared exactly", arguments: ["es256", "Es256", "ES256 ", "ES256\u{0}", "ES256K", "ES25\u{ff16}"])
    func algorithmSpelling(alg: String) throws {
        let key = try PrivateKey.generate(for: .es256)
        let header = JSONValue.object(["alg": .string(alg)]).serialized()
        let token = try TokenForge.signed(header: header, key: key, .es256)
        #expect(throws: JOSEError.algorithmNotAllowed) { try Self.verify(token, key.publicKey, .es256) }
    }

    @Test("a key of a type that does not go with the algorithm is refused")
    func swappedKeyTypes() throws {
        for made in [SignatureAlgorithm.es256, .es384, .rs256, .edDSA] {
            let key = try PrivateKey.generate(for: made)
            for named in SignatureAlgorithm.allCases where named.keyType != made.keyType {
                let token = try TokenForge.signed(header: "{\"alg\":\"\(named.rawValue)\"}", key: key, made)
                #expect(throws: JOSEError.algorithmNotAllowed) { try Self.verify(token, key.publicKey, named) }
            }
        }
    }

    @Test("an HMAC made with a public key as its secret is refused")
    func publicKeyAsSecret() throws {
        for algorithm in SignatureAlgorithm.allCases {
            let jwk = JWK(try PrivateKey.generate(for: algorithm).publicKey, alg: algorithm)
            for secret in [JSONValue.object(jwk.json).serializedBytes(), Array((jwk.json["n"] ?? jwk.json["x"])?.stringValue?.utf8 ?? "".utf8)] {
                let honest = TokenForge.macced(header: "{\"alg\":\"HS256\"}", key: Secret(secret))
                let lying = TokenForge.macced(header: "{\"alg\":\"\(algorithm.rawValue)\"}", key: Secret(secret))
                #expect(throws: JOSEError.algorithmNotAllowed) { try Self.verify(honest, jwk.key, algorithm) }
                #expect(throws: JOSEError.signatureInvalid) { try Self.verify(lying, jwk.key, algorithm) }
            }
        }
    }

    @Test("RS256 and PS256 signatures do not pass for each other")
    func wrongPrimitive() throws {
        let key = try PrivateKey.generate(for: .rs256)
        let (v15, pss) = (
            try TokenForge.signed(header: "{\"alg\":\"PS256\"}", key: key, .rs256),
            try TokenForge.signed(header: "{\"alg\":\"RS256\"}", key: key, .ps256)
        )
        #expect(throws: JOSEError.signatureInvalid) { try Self.verify(v15, key.publicKey, .ps256) }
        #expect(throws: JOSEError.signatureInvalid) { try Self.verify(pss, key.publicKey, .rs256) }
    }

    @Test("a signature of zeros, of the group order or of another length is refused", arguments: [SignatureAlgorithm.es256, .es384])
    func psychicSignatures(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(for: algorithm)
        let half = algorithm == .es256 ? 32 : 48
        let order = [UInt8](repeating: 0xff, count: half)
        let zero = [UInt8](repeating: 0, count: half)
        let one = [UInt8](repeating: 0, count: half - 1) + [1]
        let input = TokenForge.segment("{\"alg\":\"\(algorithm.rawValue)\"}") + ".e30"
        for (r, s) in [(zero, zero), (zero, one), (one, zero), (one, one), (order, order), (order, one), (zero, order)] {
            #expect(throws: JOSEError.signatureInvalid) { try Self.verify(input + "." + Base64URL.encode(r + s), key.publicKey, algorithm) }
        }
        let valid = try key.sign(Array(input.utf8), algorithm)
        for wrong in [valid + [0], [0] + valid, Array(valid.dropLast()), Array(valid.dropFirst()), valid + valid, [0]] {
            #expect(throws: JOSEError.signatureInvalid) { try Self.verify(input + "." + Base64URL.encode(wrong), key.publicKey, algorithm) }
        }
    }

    @Test("an ECDSA signature in DER is refused")
    func der() throws {
        let key = try PrivateKey.generate(for: .es256)
        let input = TokenForge.segment("{\"alg\":\"ES256\"}") + ".e30"
        let raw = try key.sign(Array(input.utf8), .es256)
        let integer: (ArraySlice<UInt8>) -> [UInt8] = { bytes in
            let digits = Array(bytes.drop { $0 == 0 })
            let padded = (digits.first ?? 0x80) >= 0x80 ? [0] + digits : digits
            return [0x02, UInt8(padded.count)] + padded
        }
        let body = integer(raw[..<32]) + integer(raw[32...])
        #expect(throws: JOSEError.signatureInvalid) {
            try Self.verify(input + "." + Base64URL.encode([0x30, UInt8(body.count)] + body), key.publicKey, .es256)
        }
        #expect(try Self.verify(input + "." + Base64URL.encode(raw), key.publicKey, .es256).payload == Array("{}".utf8))
    }

    @Test("any changed bit of header, payload or signature is found", arguments: SignatureAlgorithm.allCases)
    func modified(algorithm: SignatureAlgorithm) throws {
        let key = try PrivateKey.generate(for: algorithm)
        let token = try JWS.sign(Array("{\"sub\":\"someone\"}".utf8), with: key, algorithm: algorithm, kid: "1", typ: "JWT")
        let characters = Array(token.utf8)
        for index in characters.indices where characters[index] != UInt8(ascii: ".") {
            for replacement in "AQ_".utf8 where replacement != characters[index] {
                var altered = characters
                altered[index] = replacement
                #expect(throws: JOSEError.self) { try Self.verify(String(decoding: altered, as: UTF8.self), key.publicKey, algorithm) }
            }
        }
    }

    @Test("a signature moved from another token of the same key is refused")
    func transplanted() throws {
        let key = try PrivateKey.generate(for: .es256)
        let tokens = try ["a", "b"].map { TokenForge.segments(try JWS.sign(Array($0.utf8), with: key, algorithm: .es256, kid: nil, typ: nil)) }
        let mixed = tokens[0][0] + "." + tokens[0][1] + "." + tokens[1][2]
        #expect(throws: JOSEError.signatureInvalid) { try Self.verify(mixed, key.publicKey, .es256) }
        #expect(throws: JOSEError.signatureInvalid) {
            try Self.verify(tokens[0].joined(separator: "."), PrivateKey.generate(for: .es256).publicKey, .es256)
        }
    }

    @Test("a key inside the header is not used")
    func embeddedKeys() throws {
        let (ours, theirs) = (try PrivateKey.generate(for: .es256), try PrivateKey.generate(for: .es256))
        let jwk = JSONValue.object(JWK(theirs.publicKey, alg: .es256).json).serialized()
        for extra in ["\"jwk\":\(jwk)", "\"jku\":\"https://evil.example/keys\"", "\"x5u\":\"https://evil.example/cert\"", "\"x5c\":[\"MIIB\"]"] {
            let header = "{\"alg\":\"ES256\",\(extra)}"
            #expect(throws: JOSEError.signatureInvalid) {
                try Self.verify(TokenForge.signed(header: header, key: theirs, .es256), ours.publicKey, .es256)
            }
            #expect(throws: Never.self) { try Self.verify(TokenForge.signed(header: header, key: ours, .es256), ours.publicKey, .es256) }
        }
    }

    @Test(
        "extensions are refused, understood or not",
        arguments: [
            "\"crit\":[\"exp\"],\"exp\":1", "\"crit\":[\"b64\"],\"b64\":false", "\"b64\":false", "\"b64\":true", "\"crit\":[]", "\"crit\":null",
            "\"crit\":\"x\"",
        ])
    func critical(extra: String) throws {
        let key = try PrivateKey.generate(for: .es256)
        let token = try TokenForge.signed(header: "{\"alg\":\"ES256\",\(extra)}", key: key, .es256)
        #expect(throws: JOSEError.critical) { try JWS.parse(token) }
    }

    @Test(
        "a header that is not one object with a string `alg` is refused",
        arguments: [
            "", "{}", "[]", "null", "\"ES256\"", "{\"alg\":null}", "{\"alg\":1}", "{\"alg\":[\"ES256\"]}", "{\"ALG\":\"ES256\"}",
            "{\"alg\":\"ES256\"",
            "{\"alg\":\"ES256\"}x", "{\"alg\":\"ES256\"}{}", "{\"alg\":\"none\",\"alg\":\"ES256\"}", "{\"alg\":\"ES256\",\"\\u0061lg\":\"none\"}",
            "{\"alg\":\"ES256\",\"kid\":1}", "{\"alg\":\"ES256\",\"kid\":null}", "{\"alg\":\"ES256\",\"typ\":[\"JWT\"]}", "{\"alg\":\"ES256\",}",
            "\u{feff}{\"alg\":\"ES256\"}",
            "{\"alg\":\"ES256\",\"x\":[[[[[[[[[]]]]]]]]]}", "{\"alg\":\"ES256\",\"kid\":\"a\",\"kid\":\"b\"}",
        ])
    func headers(header: String) throws {
        let key = try PrivateKey.generate(for: .es256)
        let token = try TokenForge.signed(header: header, key: key, .es256)
        #expect { try JWS.parse(token) } throws: { error in
            if case JOSEError.malformed = error { true } else { false }
        }
    }

    @Test("`typ` is compared as RFC 7515 §4.1.9 says")
    func types() throws {
        let key = try PrivateKey.generate(for: .es256)
        let check: (String?, ExpectedType) throws -> Void = { typ, expected in
            let token = try JWS.sign([], with: key, algorithm: .es256, kid: nil, typ: typ)
            _ = try JWS.parse(token).verified(with: key.publicKey, algorithm: .es256, typ: expected)
        }
        for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"] {
            for expected in ["at+jwt", "application/at+jwt"] { #expect(throws: Never.self) { try check(typ, .exactly(expected)) } }
        }
        for typ in [nil, "", "JWT", "at+jwt ", "application/", "x/at+jwt", "application/x/at+jwt", "a\u{ff34}+jwt", "at+jw\u{ff54}"] {
            #expect(throws: JOSEError.typeMismatch) { try check(typ, .exactly("at+jwt")) }
        }
        #expect(throws: Never.self) { try check(nil, .absentOr("JWT")) }
        #expect(throws: Never.self) { try check("jwt", .absentOr("JWT")) }
        #expect(throws: JOSEError.typeMismatch) { try check("at+jwt", .absentOr("JWT")) }
        #expect(throws: JOSEError.typeMismatch) { try check("", .absentOr("JWT")) }
    }

    @Test("an HMAC needs 32 bytes of secret, its own algorithm and its own key")
    func hmac() throws {
        let secret = Secret.random(32)
        let token = try JWS.signHMAC(Array("{}".utf8), secret: secret, kid: nil, typ: "JWT")
        #expect(try JWS.parse(token).verifiedHMAC(secret: secret, typ: .exactly("JWT")).payload == Array("{}".utf8))
        #expect(throws: JOSEError.signatureInvalid) { try JWS.parse(token).verifiedHMAC(secret: Secret.random(32), typ: .exactly("JWT")) }
        #expect(throws: JOSEError.typeMismatch) { try JWS.parse(token).verifiedHMAC(secret: secret, typ: .exactly("at+jwt")) }
        let (short, refusal) = (Secret.random(31), JOSEError.unsupported("secret shorter than 32 bytes"))
        #expect(throws: refusal) { try JWS.signHMAC([], secret: short, kid: nil, typ: nil) }
        #expect(throws: refusal) {
            try JWS.parse(TokenForge.macced(header: "{\"alg\":\"HS256\"}", key: short)).verifiedHMAC(secret: short, typ: .absentOr("JWT"))
        }
        for alg in ["HS384", "HS512", "hs256", "none", "ES256"] {
            let other = TokenForge.macced(header: "{\"alg\":\"\(alg)\"}", key: secret)
            #expect(throws: JOSEError.algorithmNotAllowed) { try JWS.parse(other).verifiedHMAC(secret: secret, typ: .absentOr("JWT")) }
        }
        let key = try PrivateKey.generate(for: .es256)
        let signed = try JWS.sign([], with: key, algorithm: .es256, kid: nil, typ: nil)
        #expect(throws: JOSEError.algorithmNotAllowed) { try JWS.parse(signed).verifiedHMAC(secret: secret, typ: .absentOr("JWT")) }
    }
}
