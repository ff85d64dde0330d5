import OAuthProtocol
import Testing

@Suite("Forms (RFC 6749 §3.1 and Appendix B)")
struct FormParametersTests {
    private func refused(_ text: String, limits: FormLimits = .standard) -> String? {
        reference { () throws(OAuthFailure) in try FormParameters(urlEncoded: text, limits: limits) }
    }

    @Test("plus and percent coding are decoded, everything else stands for itself")
    func decoding() throws {
        let form = try FormParameters(urlEncoded: "scope=openid+profile&redirect_uri=https%3A%2F%2Frp.gov%2Fcb&state=%F0%9F%8F%9B&a=b=c")
        #expect(form["scope"] == "openid profile")
        #expect(form["redirect_uri"] == "https://rp.gov/cb")
        #expect(form["state"] == "🏛")
        #expect(form["a"] == "b=c")
        #expect(form["missing"] == nil)
        #expect(form.names == ["scope", "redirect_uri", "state", "a"])
    }

    @Test("an empty parameter counts as absent, with and without its equals sign", arguments: ["scope=", "scope", "scope=&", "&&scope&"])
    func empty(text: String) throws {
        let form = try FormParameters(urlEncoded: text)
        #expect(form["scope"] == nil)
        #expect(form.names.isEmpty)
    }

    @Test(
        "a parameter that occurs twice is refused by name, even empty and however it is spelled",
        arguments: ["state=a&state=b", "state=a&state=a", "state=&state=", "state&state=x", "state=a&x=1&%73tate=b"])
    func duplicates(text: String) {
        let refusal = failure { () throws(OAuthFailure) in try FormParameters(urlEncoded: text) }
        #expect(refusal?.reference == FormReference.duplicate.rawValue)
        #expect(refusal?.code == .invalidRequest)
        #expect(refusal?.description.contains("'state'") == true)
    }

    @Test("a parameter in both query and body is refused, distinct ones are joined")
    func merging() throws {
        let query = try FormParameters(urlEncoded: "a=1&b=2")
        let body = try FormParameters(urlEncoded: "c=3")
        let merged = try FormParameters.merging(query: query, body: body)
        #expect(merged.names == ["a", "b", "c"])
        let twice = try FormParameters(urlEncoded: "b=")
        #expect(
            reference { () throws(OAuthFailure) in try FormParameters.merging(query: query, body: twice) } == FormReference.duplicate.rawValue)
    }

    @Test("bad percent coding is refused", arguments: ["a=%", "a=%4", "a=%zz", "a=%4g", "%=a", "a=1%", "a=% 41"])
    func percentCoding(text: String) {
        #expect([FormReference.percentCoding.rawValue, FormReference.rawCharacter.rawValue].contains(refused(text)))
    }

    @Test("what is not UTF-8 is refused: overlong, lone surrogate, cut short, beyond Unicode")
    func encoding() {
        for text in ["a=%C0%80", "a=%C0%AF", "a=%E0%80%AF", "a=%ED%A0%80", "a=%E2%82", "a=%F4%90%80%80", "a=%80", "a=%FF", "%FF=a"] {
            #expect(refused(text) == FormReference.encoding.rawValue, "\(text)")
        }
    }

    @Test("NUL is refused encoded and raw, in names and values", arguments: ["a=%00", "a=x%00y", "a%00=x", "a=\0", "\0=a"])
    func nul(text: String) {
        #expect(refused(text) == FormReference.nul.rawValue)
    }

    @Test("raw spaces, controls and characters beyond ASCII are refused", arguments: ["a=x y", "a=x\r\n", "a=é", "a b=1", "a=\u{7F}"])
    func rawCharacters(text: String) {
        #expect(refused(text) == FormReference.rawCharacter.rawValue)
    }

    @Test("the refusal names the parameter where its name is known")
    func naming() {
        for text in ["login_hint=%zz", "login_hint=%00", "login_hint=%FF", "login_hint=é"] {
            let refusal = failure { () throws(OAuthFailure) in try FormParameters(urlEncoded: text) }
            #expect(refusal?.description.contains("'login_hint'") == true, "\(text)")
        }
    }

    @Test("a parameter without a name is refused", arguments: ["=a", "=", "a=1&=b"])
    func emptyName(text: String) {
        #expect(refused(text) == FormReference.emptyName.rawValue)
    }

    @Test("every bound holds exactly")
    func limits() {
        let hundred = (1...100).map { "p\($0)=v" }.joined(separator: "&")
        #expect(refused(hundred) == nil)
        #expect(refused(hundred + "&q=v") == FormReference.tooManyParameters.rawValue)
        let limits = FormLimits(totalBytes: 20, nameBytes: 4, valueBytes: 6, parameters: 3)
        #expect(refused("abcd=123456", limits: limits) == nil)
        #expect(refused("abcde=1", limits: limits) == FormReference.nameTooLong.rawValue)
        #expect(refused("a=1234567", limits: limits) == FormReference.valueTooLong.rawValue)
        #expect(refused("a=1&b=2&c=3&dd=123456", limits: limits) == FormReference.tooLarge.rawValue)
    }

    @Test("what is encoded is read back byte for byte, whatever the characters")
    func roundTrip() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let pairs = (0..<Int.random(in: 0...12, using: &generator)).map { index in
                let scalars = (0..<Int.random(in: 1...40, using: &generator)).map { _ in Self.scalar(&generator) }
                var text = String.UnicodeScalarView()
                text.append(contentsOf: scalars)
                return ("name\(index)", String(text))
            }
            let form = try FormParameters(urlEncoded: FormEncoding.encode(pairs))
            for (name, value) in pairs { #expect(form[name].map { Array($0.utf8) } == Array(value.utf8)) }
        }
    }

    @Test("random bytes are read or refused, never repaired: no value holds a replacement character nobody sent")
    func randomBytes() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("ab=&%+0fF8cCeE\u{7F} \0".utf8) + [0xC3, 0xA9, 0xFF]
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...30, using: &generator)).compactMap { _ in alphabet.randomElement(using: &generator) }
            guard let form = try? FormParameters(urlEncoded: bytes) else { continue }
            for name in form.names {
                #expect(form[name]?.unicodeScalars.contains { $0 == "\u{FFFD}" || $0 == "\0" } == false)
            }
            #expect(Set(form.names).count == form.names.count)
        }
    }

    private static func scalar(_ generator: inout SystemRandomNumberGenerator) -> Unicode.Scalar {
        while true {
            let limit: UInt32 = Bool.random(using: &generator) ? 0x7F : 0x10FFFF
            if let scalar = Unicode.Scalar(UInt32.random(in: 1...limit, using: &generator)) { return scalar }
        }
    }
}
