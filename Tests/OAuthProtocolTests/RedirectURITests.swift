import OAuthProtocol
import Testing

@Suite("Redirect URIs (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1)")
struct RedirectURITests {
    private func refused(_ text: String, _ type: ApplicationType = .web, byOperator: Bool = false) -> String? {
        reference { () throws(OAuthFailure) in try RedirectURI(registering: text, applicationType: type, operatorRegistered: byOperator) }
    }

    private func uri(_ text: String, _ type: ApplicationType = .web) throws(OAuthFailure) -> RedirectURI {
        try RedirectURI(registering: text, applicationType: type, operatorRegistered: true)
    }

    @Test(
        "https addresses are taken, with port, path and query",
        arguments: [
            "https://rp.gov", "https://rp.gov/cb", "https://rp.gov:8443/a/b?c=d&e",
            "https://xn--bcher-kva.example/cb", "https://192.0.2.7/cb", "https://[2001:db8::1]:444/cb", "https://rp.gov/caf%C3%A9",
        ])
    func web(text: String) {
        #expect(refused(text) == nil)
    }

    @Test("host and origin are told, in lower case; a private-use scheme has neither")
    func parts() throws {
        let web = try uri("https://RP.gov:8443/cb?x")
        #expect((web.host, web.origin) == ("rp.gov", "https://rp.gov:8443"))
        #expect(try uri("http://[::1]/cb").origin == "http://[::1]")
        let native = try uri("gov.permits.app://callback/x", .native)
        #expect(native.host == nil && native.origin == nil)
    }

    @Test("A02: nothing but the exact bytes matches")
    func exactMatch() throws {
        let registered = try uri("https://rp.gov/cb")
        #expect(registered.matches(requested: "https://rp.gov/cb", applicationType: .web))
        for other in [
            "https://rp.gov/cb/", "https://rp.gov/cb/../x", "https://rp.gov/cb..;/", "https://rp.gov/cb%2f..", "https://rp.gov/CB",
            "https://RP.gov/cb",
            "HTTPS://rp.gov/cb", "https://rp.gov:443/cb", "https://rp.gov/cb?x=y", "https://rp.gov/cb?", "https://rp.gov/cb#", "https://rp.gov/cb ",
            "https://rp.gov/c", "https://rp.gov.evil.com/cb", "https://evil.com/cb", "https://rp.gov//cb", "https://rp.gov\\cb", "http://rp.gov/cb",
            "https://rp.gov/c%62", "", "https://rp.gov@evil.com/cb", "https://evil@@rp.gov/cb", "\u{0}https://rp.gov/cb",
        ] {
            for type in ApplicationType.allCases {
                #expect(!registered.matches(requested: other, applicationType: type), "\(other)")
            }
        }
    }

    @Test("A02: letters that are canonically equivalent do not match: the Kelvin sign is no K")
    func canonicalEquivalence() throws {
        let registered = try uri("https://rp.gov/K")
        #expect("https://rp.gov/K" == "https://rp.gov/\u{212A}", "Swift's own comparison takes them for equal")
        #expect(!registered.matches(requested: "https://rp.gov/\u{212A}", applicationType: .web))
        #expect(!registered.matches(requested: "https://rp.gov/\u{212A}", applicationType: .native))
    }

    @Test(
        "A03: user information is refused",
        arguments: ["https://rp.gov@evil.com/", "https://evil@@rp.gov", "https://u:p@rp.gov/", "https://@rp.gov/"])
    func userInformation(text: String) {
        #expect(refused(text) == RedirectReference.userInformation.rawValue)
    }

    @Test("A04: wildcards are refused wherever they stand")
    func wildcards() {
        for text in ["https://rp.gov/*", "https://rp.gov/cb?x=*", "https://rp.gov/a/*/b"] {
            #expect(refused(text) == RedirectReference.wildcard.rawValue, "\(text)")
        }
        for text in ["https://*.rp.gov/cb", "https://app.example.com*", "https://*/"] {
            #expect(refused(text) == RedirectReference.host.rawValue, "\(text)")
        }
    }

    @Test("A05: dangerous and unknown schemes are refused for every kind of client")
    func schemes() {
        for text in [
            "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:/etc/passwd", "blob:https://rp.gov/x", "about:blank",
            "vbscript:x",
            "ftp://rp.gov/", "ws://rp.gov/", "urn:ietf:wg:oauth:2.0:oob", "myapp://cb", "mailto:a", "//rp.gov/cb", "/cb", "cb", "", ":", "1a.b:/c",
        ] {
            for type in ApplicationType.allCases {
                #expect(refused(text, type, byOperator: true) == RedirectReference.scheme.rawValue, "\(text)")
            }
        }
    }

    @Test("A05: http is refused except on loopback hosts")
    func http() {
        for type in ApplicationType.allCases {
            for text in [
                "http://rp.gov/cb", "http://localhost.evil.com/", "http://127.0.0.1.evil.com/", "http://127.0.0.2/", "http://10.0.0.1/",
                "http://[::2]/",
                "http://localhost.", "http://0.0.0.0/",
            ] {
                let answer = refused(text, type, byOperator: true)
                #expect(answer == RedirectReference.http.rawValue || answer == RedirectReference.host.rawValue, "\(text)")
            }
        }
    }

    @Test("loopback hosts are for native clients and for operators")
    func loopback() {
        for text in ["http://127.0.0.1:8080/cb", "http://[::1]/cb", "http://localhost:3000/cb", "https://localhost/cb", "https://127.0.0.1/cb"] {
            #expect(refused(text, .web) == RedirectReference.loopback.rawValue, "\(text)")
            #expect(refused(text, .web, byOperator: true) == nil, "\(text)")
            #expect(refused(text, .native) == nil, "\(text)")
        }
    }

    @Test("private-use schemes are for native clients and have a dot")
    func privateUse() {
        for text in ["gov.permits.app:/cb", "gov.permits.app://cb", "com.example.app:cb"] {
            #expect(refused(text, .native) == nil, "\(text)")
            #expect(refused(text, .web, byOperator: true) == RedirectReference.scheme.rawValue, "\(text)")
        }
    }

    @Test("a fragment is refused, even an empty one", arguments: ["https://rp.gov/cb#x", "https://rp.gov/cb#", "https://rp.gov#@evil.com/"])
    func fragments(text: String) {
        #expect(refused(text) == RedirectReference.fragment.rawValue)
    }

    @Test("characters that a browser would repair or hide are refused")
    func characters() {
        for text in [
            "https://rp.gov/a b", " https://rp.gov/", "https://rp.gov/\n", "https://rp.gov/\t", "https://rp.gov\\@evil.com/", "https://rp.gov/\u{0}",
            "https://rp.gov/é", "https://rp.gov/\u{202E}", "https://bücher.example/", "https://rp.gov/\"", "https://rp.gov/<script>",
            "https://rp.gov/{a}",
            "https://rp.gov/a|b", "https://rp.gov/`", "https://rp.gov/^", "java\nscript:alert(1)", "https://rp.gov/\u{7F}",
        ] {
            #expect(refused(text) == RedirectReference.character.rawValue, "\(text)")
        }
    }

    @Test(
        "percent coding is complete and hides no control character",
        arguments: [
            "https://rp.gov/%", "https://rp.gov/%4", "https://rp.gov/%zz",
            "https://rp.gov/%00", "https://rp.gov/%0d%0aSet-Cookie", "https://rp.gov/%7F", "https://rp.gov/?a=%1",
        ])
    func percentCoding(text: String) {
        #expect(refused(text) == RedirectReference.percentCoding.rawValue)
    }

    @Test(
        "dot segments are refused, encoded as well",
        arguments: [
            "https://rp.gov/a/../b", "https://rp.gov/..", "https://rp.gov/./a",
            "https://rp.gov/%2e%2E/a", "https://rp.gov/.%2e", "https://rp.gov/a/%2e",
        ])
    func dotSegments(text: String) {
        #expect(refused(text) == RedirectReference.dotSegment.rawValue)
    }

    @Test("hosts are names or plain address literals")
    func hosts() {
        for text in [
            "https://", "file:///etc/passwd", "https:///cb", "https:/rp.gov", "https:rp.gov", "https://?x", "https://-rp.gov/", "https://rp-.gov/",
            "https://rp..gov/",
            "https://.gov/",
            "https://rp.gov./", "https://rp_x.gov/", "https://127.1/", "https://0x7f.0.0.1/", "https://2130706433/", "https://0177.0.0.1/",
            "https://1.2.3.256/",
            "https://1.2.3.4.5/", "https://rp.0x1/", "https://[::1/", "https://[]/", "https://[1:2:3]/", "https://[1::2::3]/", "https://[::g]/",
            "https://[fe80::1%25eth0]/",
            "https://[1:2:3:4:5:6:7:8:9]/", "https://[::127.0.0.1]/", "https://[12345::]/", "https://%72p.gov/",
            "https://" + String(repeating: "a", count: 64) + ".gov/",
            "https://rp.gov,evil.com/", "https://[1:2:3:4:5:6:7:8::]/", "https://[:1]/", "https://[1:]/",
        ] {
            #expect(refused(text) == RedirectReference.host.rawValue, "\(text)")
        }
        for text in [
            "https://[::]/", "https://[1:2:3:4:5:6:7:8]/", "https://[1::]/", "https://[::ffff:7f00:1]/", "https://a.b.c.d.e/", "https://1a.gov/",
        ] {
            #expect(refused(text) == nil, "\(text)")
        }
    }

    @Test(
        "ports are 1 to 65535 without leading zeros",
        arguments: [
            "https://rp.gov:/", "https://rp.gov:0/", "https://rp.gov:65536/", "https://rp.gov:080/",
            "https://rp.gov:x/", "https://rp.gov:80:80/", "https://rp.gov:-1/", "https://[::1]x/", "https://[::1]:/", "https://rp.gov:999999999999/",
        ])
    func ports(text: String) {
        #expect(refused(text, byOperator: true) == RedirectReference.port.rawValue)
    }

    @Test("more than 2048 bytes are refused")
    func length() {
        let base = "https://rp.gov/"
        #expect(refused(base + String(repeating: "a", count: 2048 - base.utf8.count)) == nil)
        #expect(refused(base + String(repeating: "a", count: 2049 - base.utf8.count)) == RedirectReference.tooLong.rawValue)
    }

    @Test("web schemes are written in lower case")
    func schemeCase() {
        #expect(refused("HTTPS://rp.gov/cb") == RedirectReference.schemeCase.rawValue)
    }

    @Test("A06: a native client may use any port of a registered loopback address, and nothing else may differ")
    func nativeLoopback() throws {
        let registered = try uri("http://127.0.0.1/cb?x=y", .native)
        for same in ["http://127.0.0.1/cb?x=y", "http://127.0.0.1:1/cb?x=y", "http://127.0.0.1:51004/cb?x=y"] {
            #expect(registered.matches(requested: same, applicationType: .native), "\(same)")
        }
        for other in [
            "http://127.0.0.1:51004/cb", "http://127.0.0.1:51004/cb?x=z", "http://127.0.0.1:51004/cb?x=y#", "http://127.0.0.1:0/cb?x=y",
            "http://127.0.0.1:/cb?x=y", "http://127.0.0.1:70000/cb?x=y", "http://localhost:51004/cb?x=y", "http://[::1]:51004/cb?x=y",
            "https://127.0.0.1:51004/cb?x=y", "http://127.0.0.1.evil.com:51004/cb?x=y", "http://127.0.0.1:51004@evil.com/cb?x=y",
            "HTTP://127.0.0.1:51004/cb?x=y", "http://127.0.0.1:51004\\@evil.com/cb?x=y",
        ] {
            #expect(!registered.matches(requested: other, applicationType: .native), "\(other)")
        }
        #expect(try uri("http://[::1]:80/cb", .native).matches(requested: "http://[::1]:9/cb", applicationType: .native))
    }

    @Test("A06: the port counts for web clients, for localhost and for https")
    func portCounts() throws {
        #expect(try !uri("http://127.0.0.1:80/cb").matches(requested: "http://127.0.0.1:81/cb", applicationType: .web))
        #expect(try !uri("http://localhost:80/cb", .native).matches(requested: "http://localhost:81/cb", applicationType: .native))
        #expect(try !uri("https://127.0.0.1:80/cb", .native).matches(requested: "https://127.0.0.1:81/cb", applicationType: .native))
    }

    @Test("whatever is taken matches itself, is plain ASCII and names no user and no fragment")
    func randomAddresses() {
        var generator = SystemRandomNumberGenerator()
        let pieces = [
            "https", "http", "a.b", "://", ":", "/", "//", "@", "#", "?", "*", "\\", "%2e", "%41", "%", ".", "..", "rp.gov", "localhost", "127.0.0.1",
            "[::1]",
            ":80", "\u{0}", " ", "é", "K", "\u{212A}", "=", "&", "javascript",
        ]
        for round in 0..<20_000 {
            let start = round.isMultiple(of: 2) ? ["https", "://", "rp.gov"] : []
            let text = (start + (0..<Int.random(in: 0...6, using: &generator)).compactMap { _ in pieces.randomElement(using: &generator) }).joined()
            for type in ApplicationType.allCases {
                guard let uri = try? RedirectURI(registering: text, applicationType: type, operatorRegistered: true) else { continue }
                #expect(uri.matches(requested: text, applicationType: type))
                #expect(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "*") })
                if let origin = uri.origin {
                    #expect(text.lowercased().hasPrefix(origin) && !origin.contains("@"))
                    let rest = text.dropFirst(origin.count)
                    #expect(rest.isEmpty || rest.first == "/" || rest.first == "?", "\(text)")
                }
            }
        }
    }

    @Test("the refusal quotes the address in legal characters")
    func quoting() {
        let refusal = failure { () throws(OAuthFailure) in
            try RedirectURI(registering: "https://rp.gov/\"\r\n", applicationType: .web, operatorRegistered: false)
        }
        #expect(refusal?.code == .invalidRedirectURI)
        #expect(refusal?.description.contains("https://rp.gov/'??") == true)
    }
}
