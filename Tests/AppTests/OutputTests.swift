import Logging
import OAuthProtocol
import Primitives
import Synchronization
import Testing

@testable import portico

@Suite("What commands and logs print")
struct OutputTests {
    @Test("columns are aligned and nothing trails a line")
    func table() {
        var table = Table("NAME", "STATE")
        table.add("a", "active")
        table.add("longer name", "–")
        #expect(table.text(styled: false) == "NAME         STATE\na            active\nlonger name  –")
    }

    @Test("a cell cannot move the cursor or forge a line")
    func controls() {
        var table = Table("NAME")
        table.add("a\u{1B}[2J\nb\u{202E}c")
        #expect(table.text(styled: false) == "NAME\na\u{FFFD}[2J\u{FFFD}b\u{FFFD}c")
    }

    @Test("a listing leaves out what is absent")
    func listing() {
        var listing = Listing()
        listing.add("id", "1")
        listing.add("email", nil)
        listing.add("username", "sam")
        #expect(listing.text == "id        1\nusername  sam")
    }

    @Test(
        "times are RFC 3339 in UTC, before 1970, on leap days and at the ends of years too",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"), (951_868_799, "2000-02-29T23:59:59Z"),
            (1_772_375_109, "2026-03-01T14:25:09Z"), (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func times(seconds: Int64, text: String) {
        #expect(TimeText.second(Instant(secondsSince1970: seconds)) == text)
    }

    @Test("milliseconds have three digits")
    func milliseconds() { #expect(TimeText.millisecond(Instant(milliseconds: 1007)) == "1970-01-01T00:00:01.007Z") }

    private func log(_ format: Settings.Log.Format, level: Logger.Level = .info, _ body: (Logger) -> Void) -> [String] {
        let lines = Lines()
        let time = TimeSource { Instant(milliseconds: 0) }
        body(Logger(label: "portico") { LineLogHandler(label: $0, level: level, format: format, timeSource: time) { lines.add($0) } })
        return lines.all
    }

    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    @Test("an event is one JSON object on one line, whatever its values hold")
    func jsonLine() throws {
        let lines = log(.json) { $0.info("a\nb", metadata: ["agent": "x\"\r\n{\"level\":\"forged\"}", "time": "now", "list": ["a", "b"]]) }
        #expect(lines.count == 1)
        #expect(!lines[0].contains("\n"))
        let object = try #require(try JSONValue(parsing: lines[0]).objectValue)
        #expect(object["time"] == "1970-01-01T00:00:00.000Z")
        #expect(object["level"] == "info")
        #expect(object["message"] == "a\nb")
        #expect(object["field.time"] == "now")
        #expect(object["list"] == ["a", "b"])
    }

    @Test("text for people is one line too")
    func textLine() {
        let lines = log(.text) { $0.warning("done", metadata: ["b": "two words", "a": "x"]) }
        #expect(lines == ["1970-01-01T00:00:00.000Z warning done a=x b=\"two words\""])
    }

    @Test("what is below the level is not written")
    func level() { #expect(log(.json, level: .warning) { $0.info("quiet") }.isEmpty) }

    @Test("bearer secrets and signed tokens never reach a line", arguments: ["ptc_", "ptr_", "pts_", "pcs_", "ptb_", "eyJ"])
    func secrets(prefix: String) {
        let secret = prefix + String(repeating: "Ab1-", count: 13)
        let lines = log(.json) { $0.info("saw \(secret)", metadata: ["header": "Bearer \(secret)", "other": "x=\(secret);"]) }
        #expect(!lines[0].contains(secret))
        #expect(lines[0].components(of: Redaction.mark) == 3)
    }

    @Test("a key's id, a digest and an ordinary sentence stay readable")
    func readable() {
        let text = "key tBhV8vDcEmZg1r5X0QyDq0Rr4uS1f2cVxkq3y9mN7Lw was activated; ptc_short is no secret"
        #expect(Redaction.clean(text) == text)
    }

    @Test("the nearest name is offered only where it is near")
    func nearest() {
        #expect(Nearest.distance("kitten", "sitting") == 3)
        #expect(Nearest.name(to: "sever.port", among: ["server.port", "server.host"]).name == "server.port")
        #expect(Nearest.name(to: "zzzzzz", among: ["server.port"]).name == nil)
    }

    @Test("failures of lower floors become sentences with an exit code")
    func failures() {
        let settings = CommandFailure(SettingsError(problems: ["A.", "B."]))
        #expect(settings.exit == .configuration)
        #expect(settings.lines == ["A.", "B."])
        #expect(
            CommandFailure(OAuthFailure(.invalidRequest, reference: "X-01", description: "The thing is wrong.")).lines == [
                "The thing is wrong. (X-01)"
            ])
        #expect(CommandFailure(CommandFailure(.usage, "No.")).exit == .usage)
    }
}

extension String {
    fileprivate func components(of mark: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: mark) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
