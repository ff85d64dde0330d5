import Cryptography
import JOSE
import Primitives
import Testing

/// RFC 8037 appendix A.2 and A.5.
@Suite struct RFC8037EdDSATests {
    static let publicKey: JSONObject = ["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]

    @Test("A.5: the example verifies")
    func verifies() throws {
        let token =
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        let verified = try JWS.parse(token).verified(with: JWK(json: Self.publicKey).key, algorithm: .edDSA, typ: .absentOr("JWT"))
        #expect(verified.payload == Array("Example of Ed25519 signing".utf8))
    }

    @Test("A.1: with the private member the key is refused")
    func privateMember() {
        var json = Self.publicKey
        json["d"] = "AA"
        #expect(throws: JOSEError.privateMaterial) { try JWK(json: json) }
    }

    @Test("A.6 and A.7: keys for X25519 and X448 are no signature keys", arguments: ["X25519", "X448", "Ed448", "ed25519", ""])
    func otherCurves(curve: String) {
        #expect(throws: JOSEError.unsupported("crv")) { try JWK(json: ["kty": "OKP", "crv": .string(curve), "x": Self.publicKey["x"] ?? .null]) }
    }

    @Test("an EdDSA signature is the same each time")
    func deterministic() throws {
        let key = try PrivateKey.generate(for: .edDSA)
        let tokens = try (0..<2).map { _ in try JWS.sign([1], with: key, algorithm: .edDSA, kid: nil, typ: nil) }
        #expect(tokens[0] == tokens[1])
    }
}
