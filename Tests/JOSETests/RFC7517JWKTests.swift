import Cryptography
import JOSE
import Primitives
import Testing

@Suite struct RFC7517JWKTests {
    static func key(_ algorithm: SignatureAlgorithm) throws -> JSONObject {
        JWK(try PrivateKey.generate(for: algorithm).publicKey, alg: nil, kid: "1").json
    }

    @Test("a key reads back as it was written", arguments: SignatureAlgorithm.allCases)
    func roundTrip(algorithm: SignatureAlgorithm) throws {
        let jwk = JWK(try PrivateKey.generate(for: algorithm).publicKey, alg: algorithm)
        #expect(jwk.kid == jwk.thumbprint)
        #expect(jwk.json["alg"] == .string(algorithm.rawValue))
        #expect(try JWK(json: jwk.json) == jwk)
        #expect(jwk.accepts(algorithm))
        #expect(SignatureAlgorithm.allCases.filter(jwk.accepts) == [algorithm])
        #expect(jwk.json.names.allSatisfy { !["d", "p", "q", "dp", "dq", "qi", "k"].contains($0) })
    }

    @Test("members nobody knows are ignored, certificates among them")
    func unknownMembers() throws {
        var json = try Self.key(.es256)
        let plain = try JWK(json: json)
        json["x5c"] = ["MIIB"]
        json["x5u"] = "https://keys.example/"
        json["weather"] = ["fine"]
        #expect(try JWK(json: json) == plain)
    }

    @Test(
        "members of the wrong kind, missing or not canonical, refuse a key",
        arguments: [
            ("kty", nil), ("kty", 1), ("crv", nil), ("crv", ["P-256"]), ("x", nil), ("x", 5), ("y", ""), ("x", "AA"),
            ("x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU="),
            ("x", "+83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"), ("kid", 7), ("kid", .null), ("use", ["sig"]), ("alg", 256), ("alg", "ES384"),
            ("alg", "RS256"),
            ("alg", "EdDSA"), ("key_ops", "verify"), ("key_ops", ["verify", "verify"]), ("key_ops", ["verify", "sign"]), ("key_ops", [1]),
        ] as [(String, JSONValue?)])
    func malformed(member: String, value: JSONValue?) throws {
        var json = try Self.key(.es256)
        json[member] = value
        #expect { try JWK(json: json) } throws: { error in
            if case JOSEError.malformed = error { true } else { false }
        }
    }

    @Test(
        "kinds that are not offered are refused as such",
        arguments: [
            ("kty", "AKP"), ("kty", "ec"), ("kty", ""), ("crv", "P-521"), ("crv", "secp256k1"), ("crv", "p-256"), ("use", "enc"), ("use", "SIG"),
            ("use", ""),
            ("alg", "none"), ("alg", "HS256"), ("alg", "ES512"), ("alg", "es256"), ("alg", "RSA-OAEP"), ("key_ops", ["encrypt"]), ("key_ops", []),
        ] as [(String, JSONValue)])
    func unsupported(member: String, value: JSONValue) throws {
        var json = try Self.key(.es256)
        json[member] = value
        #expect(throws: JOSEError.unsupported(member)) { try JWK(json: json) }
    }

    @Test("a point off the curve, swapped coordinates and a key of another curve are refused")
    func points() throws {
        let json = try Self.key(.es256)
        var swapped = json
        (swapped["x"], swapped["y"]) = (json["y"], json["x"])
        var other = json
        other["crv"] = "P-384"
        var zero = json
        zero["x"] = .string(Base64URL.encode([UInt8](repeating: 0, count: 32)))
        for wrong in [swapped, other, zero] { #expect(throws: JOSEError.malformed("key")) { try JWK(json: wrong) } }
    }

    @Test("RSA keys that are too short, or have a small exponent or leading zeros, are refused")
    func rsa() throws {
        let json = try Self.key(.rs256)
        let modulus = try #require(Base64URL.decode(json["n"]?.stringValue ?? ""))
        for (n, e): ([UInt8], [UInt8]) in [
            (Array(modulus.suffix(128)), [1, 0, 1]), (modulus, [3]), (modulus, [1]), ([0] + modulus, [1, 0, 1]), (modulus, [0, 1, 0, 1]),
            (modulus + modulus + modulus + modulus + modulus, [1, 0, 1]), ([], [1, 0, 1]), (modulus, []),
        ] {
            var wrong = json
            wrong["n"] = .string(Base64URL.encode(n))
            wrong["e"] = .string(Base64URL.encode(e))
            #expect { try JWK(json: wrong) } throws: { error in
                if case JOSEError.malformed = error { true } else { false }
            }
        }
    }

    @Test("a set keeps the keys it can use and skips kinds it does not know")
    func sets() throws {
        let (first, second) = (try Self.key(.es256), try Self.key(.rs256))
        var renamed = second
        renamed["kid"] = "2"
        let keys: JSONValue = [
            "keys": [.object(first), ["kty": "AKP"], ["kty": "EC", "crv": "P-521"], ["kty": "RSA", "use": "enc"], .object(renamed)]
        ]
        let set = try JWKSet(json: keys)
        #expect(set.keys.map(\.kid) == ["1", "2"])
        #expect(try JWKSet(json: set.json) == set)
        #expect(try JWKSet(json: ["keys": []]).keys.isEmpty)
    }

    @Test("a set with two keys of one name, with private or symmetric material, or of another form is refused")
    func refusedSets() throws {
        let json = try Self.key(.es256)
        var withPrivate = json
        withPrivate["d"] = "AA"
        #expect(throws: JOSEError.malformed("kid")) { try JWKSet(json: ["keys": [.object(json), .object(Self.key(.es384))]]) }
        #expect(throws: JOSEError.privateMaterial) { try JWKSet(json: ["keys": [.object(withPrivate)]]) }
        #expect(throws: JOSEError.privateMaterial) { try JWKSet(json: ["keys": [.object(json), ["kty": "oct", "k": "AA"]]]) }
        let many = JSONValue.array([JSONValue](repeating: ["kty": "AKP"], count: JWKSet.maximumKeys + 1))
        for wrong: JSONValue in [[], [:], ["keys": [:]], ["keys": ["a"]], ["keys": .null], "keys", ["keys": many], ["Keys": []]] {
            #expect(throws: JOSEError.malformed("keys")) { try JWKSet(json: wrong) }
        }
    }

    @Test("a key is chosen by its name, or because it is the only one that fits")
    func choice() throws {
        let (ec, rsa) = (try PrivateKey.generate(for: .es256).publicKey, try PrivateKey.generate(for: .rs256).publicKey)
        let set = try JWKSet([JWK(ec, alg: .es256, kid: "ec"), JWK(rsa, alg: nil, kid: "rsa")])
        #expect(try set.key(kid: "ec", for: .es256) == ec)
        #expect(try set.key(kid: nil, for: .es256) == ec)
        #expect(try set.key(kid: nil, for: .ps256) == rsa)
        #expect(throws: JOSEError.keyNotFound) { try set.key(kid: "EC", for: .es256) }
        #expect(throws: JOSEError.keyNotFound) { try set.key(kid: "", for: .es256) }
        #expect(throws: JOSEError.keyNotFound) { try set.key(kid: nil, for: .edDSA) }
        #expect(throws: JOSEError.algorithmNotAllowed) { try set.key(kid: "ec", for: .rs256) }
        let two = try JWKSet([JWK(ec, alg: nil, kid: "a"), JWK(ec, alg: nil, kid: "b")])
        #expect(throws: JOSEError.keyNotFound) { try two.key(kid: nil, for: .es256) }
    }
}
