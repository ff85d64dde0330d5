import Cryptography
import JOSE
import Primitives
import Testing

@Suite struct RFC7519ClaimsTests {
    @Test(
        "a payload that is not one JSON object without duplicates has no claims",
        arguments: [
            "", "null", "[]", "1", "{", "{\"sub\":\"a\",\"sub\":\"b\"}", "{} {}", "{\"sub\":\"\\ud800\"}",
        ])
    func payloads(payload: String) throws {
        let secret = Secret.random(32)
        let token = try JWS.signHMAC(Array(payload.utf8), secret: secret, kid: nil, typ: nil)
        let verified = try JWS.parse(token).verifiedHMAC(secret: secret, typ: .absentOr("JWT"))
        #expect(throws: JOSEError.malformed("claims")) { try verified.claims() }
        #expect(throws: JOSEError.malformed("claims")) { try verified.jwtClaims() }
    }

    @Test(
        "§2: a NumericDate is a number from 1970 to the end of 9999",
        arguments: [
            ("0", 0), ("1300819380", 1_300_819_380_000), ("1300819380.5", 1_300_819_380_500), ("1.3e9", 1_300_000_000_000),
            ("253402300799", 253_402_300_799_000),
        ] as [(String, Int64)])
    func numericDates(text: String, milliseconds: Int64) throws {
        #expect(try JWTClaims(parseObject("{\"exp\":\(text)}")).instant("exp") == Instant(milliseconds: milliseconds))
    }

    @Test(
        "§2: anything else is not a NumericDate",
        arguments: [
            "-1", "-0.5", "253402300800", "1e300", "9223372036854775807", "9223372036854775808", "\"1300819380\"", "null", "true", "[1]", "{}",
        ])
    func refusedDates(text: String) throws {
        #expect(throws: JOSEError.malformed("exp")) { try JWTClaims(parseObject("{\"exp\":\(text)}")).instant("exp") }
    }

    @Test("a claim that is absent is nil, one of another type is an error")
    func strings() throws {
        let claims = JWTClaims(["sub": "a", "jti": 1])
        #expect(try claims.string("sub") == "a")
        #expect(try claims.string("iss") == nil)
        #expect(try claims.instant("exp") == nil)
        #expect(throws: JOSEError.malformed("jti")) { try claims.string("jti") }
    }

    @Test("§4.1.3: an audience is one string or several, compared octet by octet")
    func audience() throws {
        #expect(try JWTClaims(["aud": "a"]).isMeant(for: "a"))
        #expect(try JWTClaims(["aud": ["b", "a"]]).isMeant(for: "a"))
        #expect(try !JWTClaims(["aud": ["b"]]).isMeant(for: "a"))
        #expect(try !JWTClaims(["aud": []]).isMeant(for: "a"))
        #expect(try !JWTClaims([:]).isMeant(for: "a"))
        #expect(try !JWTClaims(["aud": "caf\u{e9}"]).isMeant(for: "cafe\u{301}"))
        #expect(try JWTClaims(["aud": ["b", "a"]]).audience() == ["b", "a"])
        for wrong: JSONValue in [1, ["a", 1], .null, [:]] {
            #expect(throws: JOSEError.malformed("aud")) { try JWTClaims(["aud": wrong]).isMeant(for: "a") }
        }
    }
}
