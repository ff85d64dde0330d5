import Primitives
import Testing

@testable import Pages

/// Case A63 of the attack catalogue: markup in names, addresses and error texts.
@Suite("What comes from outside cannot become markup")
struct EscapingTests {
    static let attacks = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' autofocus onfocus='alert(1)",
        // A quotation mark with a combining accent is one character to Swift, and still ends the attribute to a browser.
        "\"\u{301} autofocus onfocus=alert(1) x=\"",
        "<\u{FE0F}script>alert(1)<\u{301}/script>",
        "{{formToken}}{{{formToken}}}{{#agencies}}",
        "{agency}{name}",
        "&lt;b&gt;\u{0}</title><h1>",
        "\u{202E}gnp.exe\u{2066}",
    ]

    private static func pages(with attack: String) -> [any Page] {
        let agency = AgencyLabel(name: attack, uri: attack)
        return [
            SignInPage(
                agency: agency, ticket: attack, formToken: attack, identifier: attack, problem: .notRecognised, signedInAs: nil),
            SignInPage(agency: agency, ticket: attack, formToken: attack, identifier: attack, signedInAs: attack),
            ConsentPage(
                agency: agency, residentName: attack, ticket: attack,
                scopes: [ConsentScope(scope: attack, values: [attack], required: false, alreadyGranted: true)], formToken: attack),
            ChooseAccountPage(agency: agency, ticket: attack, formToken: attack, accountName: attack, accountDetail: attack),
            SignOutPage(agencyName: attack, logout: attack, formToken: attack),
            SignedOutPage(agency: agency, continueURL: attack),
            ErrorPage(kind: .expired, detail: attack, reference: attack, restart: RestartLink(url: "/\(attack)")),
            HomePage(
                residentName: attack, username: attack,
                agencies: [
                    UsedAgency(
                        name: attack, clientURL: attack, firstUsed: Instant(secondsSince1970: 0), lastUsed: Instant(secondsSince1970: 0),
                        scopes: [attack])
                ],
                signedInAt: Instant(secondsSince1970: 0), expiresAt: Instant(secondsSince1970: 0), formToken: attack),
            FormPostPage(action: "https://agency.example/\(attack)", pairs: [(attack, attack)]),
        ]
    }

    @Test("a page full of hostile texts has exactly the elements and attributes of one full of harmless texts", arguments: attacks)
    func sameElements(attack: String) throws {
        let renderer = try Sample.renderer(site: PageSite(operatorName: attack))
        let harmless = try Sample.renderer(site: PageSite(operatorName: "name"))
        for language in Language.all {
            for (hostile, plain) in zip(Self.pages(with: attack), Self.pages(with: "name")) {
                let context = PageContext(returnPath: attack)
                let left = skeleton(of: renderer.renderAny(hostile, in: language, context: context).bytes)
                let right = skeleton(of: harmless.renderAny(plain, in: language, context: context).bytes)
                #expect(left == right)
            }
        }
    }

    @Test("names are isolated, so that one written the other way cannot turn the sentence around")
    func isolation() throws {
        let page = SignInPage(agency: AgencyLabel(name: "بلدية المدينة"), ticket: nil, formToken: "t")
        let rendered = try Sample.renderer().render(page, in: .english)
        #expect(rendered.text.contains("<h1>Sign in to <bdi>بلدية المدينة</bdi></h1>"))
        #expect(rendered.title == "Sign in to \u{2068}بلدية المدينة\u{2069} – Portico")
    }

    @Test(
        "an address with a scheme that runs or hides something is not shown",
        arguments: [
            "javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)", "data:text/html,x", "vbscript:x",
            "file:///etc/passwd",
            "//evil.example", "evil", "", "https://a b", "https://a\nb", "blob:https://a", "\u{1}https://a",
        ])
    func addresses(address: String) throws {
        let renderer = try Sample.renderer()
        #expect(WebAddress(address) == nil)
        let out = renderer.render(SignedOutPage(agency: nil, continueURL: address), in: .english).text
        #expect(out.contains("Sign in again") && !out.contains("alert") && !out.contains("evil"))
        #expect(renderer.render(FormPostPage(action: address, pairs: []), in: .english).text.contains("action=\"about:invalid\""))
    }

    @Test(
        "addresses of the web and of an app's own scheme are shown",
        arguments: ["https://a.example/x?y#z", "http://127.0.0.1:9000/", "com.example.app:/back"])
    func goodAddresses(address: String) throws {
        #expect(WebAddress(address)?.text == address)
    }

    @Test("a restart link stays on this server or names a web address", arguments: ["//evil.example", "/\\evil.example", "javascript:x", "evil"])
    func restartLinks(address: String) throws {
        let page = ErrorPage(kind: .expired, reference: "R", restart: RestartLink(url: address))
        let html = try Sample.renderer().render(page, in: .english).text
        #expect(!html.contains("Start again</a>"))
    }

    /// Elements and attribute names as a browser's tokenizer finds them; text and attribute values left out.
    private func skeleton(of html: [UInt8]) -> [String] {
        var skeleton: [String] = []
        var current: [UInt8]?
        var quoted = false
        for byte in html {
            if quoted {
                quoted = byte != UInt8(ascii: "\"")
            } else if current != nil {
                if byte == UInt8(ascii: ">") {
                    skeleton.append(String(decoding: current ?? [], as: UTF8.self))
                    current = nil
                } else {
                    quoted = byte == UInt8(ascii: "\"")
                    current?.append(byte)
                }
            } else if byte == UInt8(ascii: "<") {
                current = []
            }
        }
        return skeleton
    }
}
