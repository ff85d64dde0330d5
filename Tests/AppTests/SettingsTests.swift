import Primitives
import Testing

@testable import portico

@Suite("Settings")
struct SettingsTests {
    private func read(_ yaml: String = "", _ environment: [String: String] = [:]) throws -> ResolvedSettings {
        let values = try SettingsFile.parse(yaml, name: "portico.yaml")
        return try SettingsReader.read(file: (name: "portico.yaml", values: values), environment: environment)
    }

    private func problems(_ yaml: String = "", _ environment: [String: String] = [:]) -> [String] {
        do {
            _ = try read(yaml, environment)
            return []
        } catch let error as SettingsError {
            return error.problems
        } catch {
            return ["\(error)"]
        }
    }

    @Test("without a file and an environment every setting has its default")
    func defaults() throws {
        let resolved = try SettingsReader.read(file: nil, environment: ["PATH": "/bin"])
        #expect(try resolved.settings.resolvedIssuer().text == "http://127.0.0.1:8080")
        #expect(resolved.settings.server.port == 8080)
        #expect(SettingTable.all.allSatisfy { resolved.source(of: $0) == .builtIn })
    }

    @Test("the file sets, the environment wins, and each value's source is known")
    func precedence() throws {
        let resolved = try read("server:\n  port: 9000\n  host: 127.0.0.2\n", ["PORTICO_SERVER_PORT": "9001"])
        #expect(resolved.settings.server.port == 9001)
        #expect(resolved.settings.server.host == "127.0.0.2")
        #expect(resolved.sources == ["server.port": .environment, "server.host": .file])
    }

    @Test("without an issuer it is plain HTTP on loopback at the server's port")
    func issuerFollowsPort() throws {
        #expect(try read("server: {port: 9000}").settings.resolvedIssuer().text == "http://127.0.0.1:9000")
        #expect(try read("issuer: https://id.example/\nserver: {port: 9000}").settings.resolvedIssuer().text == "https://id.example")
    }

    @Test("dotted and nested names are the same, and given twice they are refused")
    func dotted() throws {
        #expect(try read("server.port: 9000").settings.server.port == 9000)
        #expect(problems("server.port: 9000\nserver:\n  port: 9001\n") == ["server.port in portico.yaml is given twice. Keep one of the two."])
    }

    @Test("an unknown setting is refused by name, with the nearest one suggested")
    func unknown() {
        #expect(problems("server:\n  prot: 80\n") == ["There is no setting server.prot in portico.yaml. Did you mean server.port?"])
        #expect(problems("", ["PORTICO_SERVER_PRT": "80"]) == ["There is no setting PORTICO_SERVER_PRT. Did you mean PORTICO_SERVER_PORT?"])
        #expect(problems("colour: blue") == ["There is no setting colour in portico.yaml. `portico config` lists those there are."])
    }

    @Test("every problem is told at once")
    func all() {
        #expect(problems("server: {port: 0}\nlog: {level: loud}\nissuer: http://id.example\n", ["PORTICO_X": "1"]).count == 4)
    }

    @Test(
        "what a setting does not accept is refused, and the message says what it accepts",
        arguments: [
            ("server: {port: 0}", "1 to 65535"), ("server: {port: 65536}", "1 to 65535"), ("server: {port: '8080 '}", "1 to 65535"),
            ("server: {port: 0x50}", "1 to 65535"), ("server: {port: 080}", "1 to 65535"), ("server: {port: -1}", "1 to 65535"),
            ("server: {port: 8_0}", "1 to 65535"), ("server: {port: [80]}", "1 to 65535"), ("server: {host: ''}", "a text"),
            ("issuer: http://id.example", "https address"), ("issuer: https://id.example?x=1", "https address"),
            ("issuer: HTTPS://id.example", "https address"), ("issuer: ''", "https address"),
            ("database: {url: 'postgres://db/portico?colour=blue'}", "or a postgres:// connection URI"),
            ("database: {url: 'mysql://db/portico'}", "sqlite: and a path"),
            ("database: {connections: 1}", "from 2 to 1000"), ("database: {url: 'sqlite:'}", "sqlite: and a path"),
            ("database: {url: portico.db}", "sqlite: and a path"), ("server: {trusted-proxies: [proxy.example]}", "IP addresses"),
            ("password: {memory-kib: 7}", "8 to"), ("password: {minimum-length: 7}", "8 to 128"), ("session: {idle-minutes: 0}", "minutes"),
            ("session: {absolute-hours: 721}", "hours"), ("tokens: {code-seconds: 9}", "seconds"),
            ("tokens: {access-token-seconds: 3601}", "seconds"),
            ("tokens: {refresh-grace-seconds: 61}", "seconds"), ("tokens: {refresh-token-days: 0}", "days"),
            ("pages: {help-url: 'javascript:alert(1)'}", "https address"), ("pages: {operator-name: \"a\\nb\"}", "a text"),
            ("log: {level: loud}", "one of trace, debug, info"), ("log: {format: xml}", "one of json, text"),
        ])
    func refused(yaml: String, accepted: String) {
        let found = problems(yaml)
        #expect(found.count == 1)
        #expect(found.first?.contains(accepted) == true, "\(found)")
    }

    @Test("lists are sequences in the file and commas in the environment")
    func lists() throws {
        #expect(try read("server: {trusted-proxies: [10.0.0.1, '::1']}").settings.server.trustedProxies == ["10.0.0.1", "::1"])
        #expect(try read("", ["PORTICO_SERVER_TRUSTED_PROXIES": "10.0.0.1, ::1"]).settings.server.trustedProxies == ["10.0.0.1", "::1"])
        #expect(try read("", ["PORTICO_SERVER_TRUSTED_PROXIES": ""]).settings.server.trustedProxies == [])
    }

    @Test("an empty variable removes an optional setting of the file")
    func removal() throws {
        #expect(try read("pages: {help-url: 'https://help.example'}", ["PORTICO_PAGES_HELP_URL": ""]).settings.pages.helpURL == nil)
    }

    @Test("rules that hold between settings are checked")
    func together() {
        #expect(problems("password: {memory-kib: 8, parallelism: 2}").first?.contains("8 times") == true)
        #expect(problems("session: {idle-minutes: 120, absolute-hours: 1}").first?.contains("session.idle-minutes") == true)
    }

    @Test(
        "a file that is no mapping of settings is refused in words",
        arguments: ["- a\n- b\n", "just text", "server: [{port: 1}]", "server:\n  port:\n", "a: {b", "server: {port: 1, port: 2}", "? [a]\n: 1\n"])
    func notSettings(yaml: String) { #expect(!problems(yaml).isEmpty) }

    @Test("an empty file and one of comments say nothing", arguments: ["", "# later\n", "---\n", "~\n"])
    func empty(yaml: String) throws { #expect(try read(yaml).sources.isEmpty) }

    @Test("no two settings share a name, in the file or in the environment")
    func distinct() {
        #expect(Set(SettingTable.all.map(\.key)).count == SettingTable.all.count)
        #expect(Set(SettingTable.all.map(\.environmentName)).count == SettingTable.all.count)
    }

    @Test("what a setting shows, it accepts again")
    func shownIsAccepted() throws {
        let defaults = Settings()
        for setting in SettingTable.all {
            var settings = Settings()
            switch setting.show(defaults) {
            case .string(let text): #expect(setting.assign(.text(text), &settings), "\(setting.key)")
            case .integer(let number): #expect(setting.assign(.text(String(number)), &settings), "\(setting.key)")
            case .array(let elements): #expect(setting.assign(.list(elements.compactMap(\.stringValue)), &settings), "\(setting.key)")
            case .null: #expect(setting.assign(.text(""), &settings), "\(setting.key)")
            default: Issue.record("\(setting.key) shows something else")
            }
            #expect(setting.show(settings) == setting.show(defaults), "\(setting.key)")
        }
    }

    @Test("random bytes as a settings file are refused or read, never worse")
    func anyBytes() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("abc:{}[]-? &*!|>'\"%@\n\t#,0~".unicodeScalars)
        for _ in 0..<500 {
            let text = String(String.UnicodeScalarView((0..<40).map { _ in alphabet.randomElement(using: &generator) ?? "a" }))
            _ = problems(text)
        }
        #expect(problems(String(repeating: "a", count: SettingsFile.maximumBytes + 1)) == ["portico.yaml is larger than 65536 bytes."])
    }
}
