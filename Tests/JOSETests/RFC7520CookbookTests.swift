import Cryptography
import JOSE
import Primitives
import Testing

/// RFC 7520 §3.1 to §3.6 and §4.1 to §4.4. P-521, PS384 and ES512 are not offered: those examples show that they are refused.
@Suite struct RFC7520CookbookTests {
    static let kid = "bilbo.baggins@hobbiton.example"
    static let modulus =
        "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw"
    static let rsaPublic: JSONObject = ["kty": "RSA", "kid": .string(kid), "use": "sig", "n": .string(modulus), "e": "AQAB"]
    static let ecPublic: JSONObject = [
        "kty": "EC", "kid": .string(kid), "use": "sig", "crv": "P-521",
        "x": "AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt",
        "y": "AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1",
    ]
    static let payload =
        "It\u{2019}s a dangerous business, Frodo, going out your door. You step onto the road, and if you don't keep your feet, there\u{2019}s no knowing where you might be swept off to."

    static func token(_ header: String, _ signature: String) -> String {
        header + "." + TokenForge.segment(payload) + "." + signature
    }

    @Test("§3.1 and §3.2: a key on P-521 is not offered, and a private one is refused first")
    func ellipticCurve() {
        #expect(throws: JOSEError.unsupported("crv")) { try JWK(json: Self.ecPublic) }
        var withPrivate = Self.ecPublic
        withPrivate["d"] = "AA"
        #expect(throws: JOSEError.privateMaterial) { try JWK(json: withPrivate) }
    }

    @Test("§3.3: an RSA public key is read and written as it was")
    func rsaPublicKey() throws {
        let jwk = try JWK(json: Self.rsaPublic)
        #expect(jwk.kid == Self.kid)
        #expect(jwk.use == "sig")
        #expect(jwk.alg == nil)
        #expect(jwk.json == Self.rsaPublic)
    }

    @Test("§3.4: each private member of an RSA key refuses it", arguments: ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
    func rsaPrivateKey(member: String) {
        var json = Self.rsaPublic
        json[member] = "AA"
        #expect(throws: JOSEError.privateMaterial) { try JWK(json: json) }
    }

    @Test("§3.5 and §3.6: symmetric keys are refused")
    func symmetric() {
        #expect(throws: JOSEError.privateMaterial) {
            try JWK(json: ["kty": "oct", "use": "sig", "alg": "HS256", "k": "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"])
        }
        #expect(throws: JOSEError.privateMaterial) { try JWK(json: ["kty": "oct", "use": "enc", "alg": "A256GCM"]) }
    }

    @Test("§4.1: RSA v1.5 signature")
    func rs256() throws {
        let token = Self.token(
            "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
            "MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg"
        )
        let jws = try JWS.parse(token)
        #expect(jws.kid == Self.kid)
        let key = try JWK(json: Self.rsaPublic).key
        #expect(try jws.verified(with: key, algorithm: .rs256, typ: .absentOr("JWT")).payload == Array(Self.payload.utf8))
    }

    @Test("§4.2: PS384 is well-formed and not offered")
    func ps384() throws {
        let token = Self.token(
            "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
            "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"
        )
        let key = try JWK(json: Self.rsaPublic).key
        for algorithm in SignatureAlgorithm.allCases {
            #expect(throws: JOSEError.algorithmNotAllowed) { try JWS.parse(token).verified(with: key, algorithm: algorithm, typ: .absentOr("JWT")) }
        }
    }

    @Test("§4.3: ES512 is well-formed and not offered")
    func es512() throws {
        let token = Self.token(
            "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9",
            "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2"
        )
        let key = try PrivateKey.generate(for: .es256).publicKey
        #expect(throws: JOSEError.algorithmNotAllowed) { try JWS.parse(token).verified(with: key, algorithm: .es256, typ: .absentOr("JWT")) }
    }

    @Test("§4.4: HMAC-SHA2 integrity protection, and the same token made again")
    func hs256() throws {
        let token = Self.token(
            "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9",
            "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0"
        )
        let key = Secret(try #require(Base64URL.decode("hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg")))
        #expect(try JWS.parse(token).verifiedHMAC(secret: key, typ: .absentOr("JWT")).payload == Array(Self.payload.utf8))
        let kid = "018c0ae5-4d9b-471b-bfd6-eef314bc7037"
        #expect(try JWS.signHMAC(Array(Self.payload.utf8), secret: key, kid: kid, typ: nil) == token)
    }
}
