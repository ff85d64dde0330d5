import Cryptography
import JOSE
import Primitives
import Testing

/// The form of the compact serialization (RFC 7515 §7.1): one spelling per token.
@Suite struct JWSFormTests {
    let key: PrivateKey
    let token: String
    let segments: [String]

    init() throws {
        key = try PrivateKey.generate(for: .es256)
        token = try JWS.sign(Array("{\"a\":1}".utf8), with: key, algorithm: .es256, kid: nil, typ: nil)
        segments = TokenForge.segments(token)
    }

    func isMalformed(_ token: String) -> Bool {
        do throws(JOSEError) {
            _ = try JWS.parse(token)
            return false
        } catch {
            if case .malformed = error { return true }
            return false
        }
    }

    @Test("one, two, four or five segments are refused, and empty ones")
    func segmentCounts() {
        let (header, payload, signature) = (segments[0], segments[1], segments[2])
        for wrong in [
            "", ".", "..", "...", header, header + "." + payload, token + ".", "." + token, token + "." + signature, token + ".a.b",
            ".\(payload).\(signature)", "\(header).\(payload).", "\(header)..", "\(header)..\(payload).\(signature)",
        ] {
            #expect(isMalformed(wrong), "\(wrong)")
        }
    }

    @Test("an empty payload is a payload")
    func emptyPayload() throws {
        let token = try JWS.sign([], with: key, algorithm: .es256, kid: nil, typ: nil)
        #expect(TokenForge.segments(token)[1] == "")
        #expect(try JWS.parse(token).verified(with: key.publicKey, algorithm: .es256, typ: .absentOr("JWT")).payload == [])
    }

    @Test(
        "padding, white space and foreign letters are refused anywhere",
        arguments: [
            "=", "==", "%3D", " ", "\n", "\r\n", "\t", "\0", "+", "/", "é", "\u{200b}", "\u{ff0e}", "*",
        ])
    func foreignLetters(text: String) {
        for index in 0..<3 {
            var (after, before, within) = (segments, segments, segments)
            after[index] += text
            before[index] = text + before[index]
            within[index].insert(contentsOf: text, at: within[index].index(within[index].startIndex, offsetBy: 4))
            for changed in [after, before, within] { #expect(isMalformed(changed.joined(separator: "."))) }
        }
    }

    @Test("bits left over that are not zero are refused in each segment")
    func highBits() throws {
        // 64 bytes leave 4 bits over and so do 7; the header is made to leave some.
        let header = TokenForge.segment("{\"alg\":\"ES256\"}")
        let padded = header.utf8.count % 4 == 0 ? TokenForge.segment("{\"alg\":\"ES256\" }") : header
        let whole = [padded, segments[1], segments[2]]
        #expect(throws: Never.self) { try JWS.parse(whole.joined(separator: ".")) }
        for index in 0..<3 {
            let last = try #require(whole[index].last)
            for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" where other != last {
                var changed = whole
                changed[index] = String(whole[index].dropLast()) + String(other)
                guard Base64URL.decode(changed[index]) == nil else { continue }
                #expect(isMalformed(changed.joined(separator: ".")))
            }
        }
        var next = whole
        // A, Q, g and w are the only endings whose four last bits are zero.
        let endings = Array("AQgw")
        let ending = try #require(whole[2].last)
        #expect(endings.contains(ending))
        next[2] = String(whole[2].dropLast()) + (ending == "A" ? "B" : "D")
        #expect(isMalformed(next.joined(separator: ".")))
    }

    @Test("a token longer than allowed is refused unread")
    func length() {
        #expect(throws: Never.self) { try JWS.parse(token, maximumBytes: token.utf8.count) }
        #expect(throws: JOSEError.malformed("length")) { try JWS.parse(token, maximumBytes: token.utf8.count - 1) }
        #expect(throws: JOSEError.malformed("length")) { try JWS.parse(String(repeating: "A", count: 1_000_000)) }
    }

    @Test("no text crashes the parser, and a text it accepts verifies only as the token it came from")
    func noise() throws {
        var generator = SystemRandomNumberGenerator()
        let letters = Array("eyJhbGciOiJFUzI1NiJ9.-_= {}\"\0é")
        for _ in 0..<5000 {
            let text = String(
                (0..<Int.random(in: 0...60, using: &generator)).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
            if let jws = try? JWS.parse(text) {
                #expect(throws: JOSEError.self) { try jws.verified(with: key.publicKey, algorithm: .es256, typ: .absentOr("JWT")) }
            }
        }
        let characters = Array(token.utf8)
        for _ in 0..<3000 {
            var altered = characters
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                altered[Int.random(in: 0..<altered.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let text = String(decoding: altered, as: UTF8.self)
            guard text != token, let jws = try? JWS.parse(text) else { continue }
            #expect(throws: JOSEError.self) { try jws.verified(with: key.publicKey, algorithm: .es256, typ: .absentOr("JWT")) }
        }
    }
}
