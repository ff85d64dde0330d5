import Cryptography
import JOSE
import Primitives
import Testing

@Suite struct RFC7638ThumbprintTests {
    static let modulus =
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"

    @Test("§3.1: the example's thumbprint, whatever other members the key has")
    func example() throws {
        let jwk = try JWK(json: ["kty": "RSA", "n": .string(Self.modulus), "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"])
        #expect(jwk.thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        #expect(JWK(jwk.key, alg: nil).kid == jwk.thumbprint)
    }

    @Test("RFC 8037 A.3: an Ed25519 key's thumbprint")
    func ed25519() throws {
        let jwk = try JWK(json: ["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"])
        #expect(jwk.thumbprint == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    @Test("an elliptic curve key's thumbprint covers crv, kty, x and y in this order")
    func ellipticCurve() throws {
        for (algorithm, curve) in [(SignatureAlgorithm.es256, "P-256"), (.es384, "P-384")] {
            let key = try PrivateKey.generate(for: algorithm).publicKey
            let parameters = TokenForge.parameters(key)
            let text = "{\"crv\":\"\(curve)\",\"kty\":\"EC\",\"x\":\"\(parameters[0])\",\"y\":\"\(parameters[1])\"}"
            #expect(JWK(key, alg: nil).thumbprint == Base64URL.encode(Digest.sha256.hash(text.utf8)))
        }
    }
}
