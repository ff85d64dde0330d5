import Cryptography
import JOSE
import Primitives
import Testing

/// RFC 7515 appendix A.1 to A.5.
@Suite struct RFC7515JWSTests {
    static let payloadSegment = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    static let payload = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"

    @Test("A.1: HMAC SHA-256")
    func hs256() throws {
        let key = Secret(try #require(Base64URL.decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")))
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + Self.payloadSegment + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        let verified = try JWS.parse(token).verifiedHMAC(secret: key, typ: .exactly("JWT"))
        #expect(verified.payload == Array(Self.payload.utf8))
        #expect(verified.header.alg == "HS256")
        #expect(try verified.jwtClaims().string("iss") == "joe")
        #expect(try verified.jwtClaims().instant("exp") == Instant(secondsSince1970: 1_300_819_380))
    }

    @Test("A.2: RSASSA-PKCS1-v1_5 SHA-256")
    func rs256() throws {
        let jwk = try JWK(json: [
            "kty": "RSA", "e": "AQAB",
            "n":
                "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        ])
        let token =
            "eyJhbGciOiJSUzI1NiJ9." + Self.payloadSegment
            + ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
        #expect(try JWS.parse(token).verified(with: jwk.key, algorithm: .rs256, typ: .absentOr("JWT")).payload == Array(Self.payload.utf8))
        #expect(throws: JOSEError.typeMismatch) { try JWS.parse(token).verified(with: jwk.key, algorithm: .rs256, typ: .exactly("JWT")) }
        #expect(throws: JOSEError.algorithmNotAllowed) { try JWS.parse(token).verified(with: jwk.key, algorithm: .ps256, typ: .absentOr("JWT")) }
    }

    @Test("A.3: ECDSA P-256 SHA-256")
    func es256() throws {
        let jwk = try JWK(json: [
            "kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        ])
        let token =
            "eyJhbGciOiJFUzI1NiJ9." + Self.payloadSegment + ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
        #expect(try JWS.parse(token).verified(with: jwk.key, algorithm: .es256, typ: .absentOr("JWT")).payload == Array(Self.payload.utf8))
    }

    @Test("A.4: ES512 is not offered, so no algorithm a caller can expect accepts it")
    func es512() throws {
        let key = try PrivateKey.generate(for: .es384)
        let token = try TokenForge.signed(header: "{\"alg\":\"ES512\"}", key: key, .es384)
        for algorithm in SignatureAlgorithm.allCases {
            #expect(throws: JOSEError.algorithmNotAllowed) {
                try JWS.parse(token).verified(with: key.publicKey, algorithm: algorithm, typ: .absentOr("JWT"))
            }
        }
    }

    @Test("A.5: a token without signature is refused")
    func unsecured() {
        #expect(throws: JOSEError.malformed("signature")) { try JWS.parse("eyJhbGciOiJub25lIn0." + Self.payloadSegment + ".") }
    }
}
