import Testing

@testable import Pages

@Suite("Which language is spoken")
struct LanguageChoiceTests {
    @Test(
        "a language range leads to the language of its primary subtag, or to none (RFC 4647 §3.4)",
        arguments: [
            ("fr", "fr"), ("FR", "fr"), ("fr-CA", "fr"), ("fr-Latn-CA-x-private", "fr"), ("ar-EG", "ar"), ("es-419", "es"), ("zh-Hant", nil),
            ("", nil), ("e", nil), ("f-r", nil), ("fra", nil), ("fr-", nil), ("-fr", nil), ("fr--CA", nil), ("fr_CA", nil), ("fr CA", nil),
            ("fr-abcdefghi", nil), ("../../etc/passwd", nil), ("{{formToken}}", nil), ("fr\u{0}", nil), ("ｆｒ", nil), ("*", nil),
            ("fr-" + String(repeating: "a-", count: 40) + "a", nil),
        ] as [(String, String?)])
    func lookUp(tag: String, expected: String?) {
        let chosen = Language.choose(uiLocales: [tag, "es"], residentChoice: nil, acceptLanguage: nil)
        #expect(chosen.code == expected ?? "es")
    }

    @Test(
        "Accept-Language is taken by weight, malformed elements are passed over",
        arguments: [
            ("fr", "fr"), ("zh, ar;q=0.3, fr;q=0.8", "fr"), ("es;q=0.5, fr;q=0.5", "es"), ("fr;q=0, ar;q=0.001", "ar"), ("fr;q=0.000", "en"),
            ("ar ; q=0.5 , fr;q=0.4", "ar"), ("fr;q=1.001, es;q=0.1", "es"), ("fr;q=2, es;q=0.1", "es"), ("fr;q=0.1234, es;q=0.1", "es"),
            ("fr;q=, es;q=0.1", "es"), ("fr;q=.5, es;q=0.1", "es"), ("fr;q=0.5;x=1, es;q=0.1", "es"), ("fr;level=1, es;q=0.1", "es"),
            (",,;,fr", "fr"), ("*", "en"), ("*;q=0.9, ar;q=0.1", "ar"), ("", "en"), ("fr;Q=0.5", "fr"), ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ])
    func acceptLanguage(header: String, expected: String) {
        #expect(Language.choose(uiLocales: [], residentChoice: nil, acceptLanguage: header).code == expected)
    }

    @Test("the agency's wish comes first, then the resident's choice, then the browser, then English")
    func order() {
        #expect(Language.choose(uiLocales: ["de", "fr"], residentChoice: "es", acceptLanguage: "ar").code == "fr")
        #expect(Language.choose(uiLocales: ["de"], residentChoice: "es", acceptLanguage: "ar").code == "es")
        #expect(Language.choose(uiLocales: [], residentChoice: "de", acceptLanguage: "ar").code == "ar")
        #expect(Language.choose(uiLocales: [], residentChoice: nil, acceptLanguage: nil).code == "en")
    }

    @Test("what is too long is not read")
    func bounds() {
        let padding = String(repeating: "de,", count: 400)
        #expect(Language.choose(uiLocales: [], residentChoice: nil, acceptLanguage: "fr," + padding).code == "en")
        let many = String(repeating: "de,", count: 32)
        #expect(Language.choose(uiLocales: [], residentChoice: nil, acceptLanguage: many + "fr").code == "en")
        let tags = Array(repeating: "de", count: 16) + ["fr"]
        #expect(Language.choose(uiLocales: tags, residentChoice: nil, acceptLanguage: nil).code == "en")
    }

    @Test("any bytes at all lead to one of the languages")
    func anything() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in UInt8.random(in: 0x20...0x7e, using: &generator) }
            let header = String(decoding: bytes, as: UTF8.self) + ";q=0.5,"
            let chosen = Language.choose(uiLocales: [header], residentChoice: header, acceptLanguage: header)
            #expect(Language.all.contains(chosen))
        }
    }

    @Test("a code of a form or cookie is taken exactly or not at all")
    func codes() {
        #expect(Language(code: "ar")?.direction == .rightToLeft)
        #expect(Language(code: "AR") == nil)
        #expect(Language(code: "de") == nil)
    }
}
