import AuditLog
import Domain
import Synchronization
import Testing

@Suite("Notices of what changed nothing")
struct SecurityLogTests {
    /// Keeps what was noted.
    private final class Notices: Sendable {
        private let kept = Mutex<[SecurityNotice]>([])
        var all: [SecurityNotice] { kept.withLock { $0 } }
        func log() -> SecurityLog { SecurityLog { notice in self.kept.withLock { $0.append(notice) } } }
    }

    @Test("a notice carries what is known under its name and leaves out the rest")
    func fields() throws {
        let notices = Notices()
        let resident = ResidentID.random()
        notices.log().note(.signInRefused, resident: resident, address: "192.0.2.7", detail: ["seconds": "3"])
        let notice = try #require(notices.all.first)
        #expect(notice.kind == .signInRefused)
        #expect(notice.fields.map(\.name) == ["resident", "address", "seconds"])
        #expect(notice["resident"] == resident.rawValue)
        #expect(notice["client"] == nil)
    }

    @Test(
        "a value cannot break the line or hide what follows (A81)",
        arguments: ["a\r\nlevel=info forged", "a\u{1B}[2J", "a\u{202E}b", "a\u{2028}b", "a\u{0}b"])
    func controlCharacters(_ value: String) throws {
        let notices = Notices()
        notices.log().note(.formRefused, address: value)
        let written = try #require(notices.all.first?["address"])
        #expect(written.hasPrefix("a\u{FFFD}"))
        #expect(
            written.unicodeScalars.allSatisfy { scalar in
                ![.control, .format, .lineSeparator].contains(scalar.properties.generalCategory)
            })
    }

    @Test("a value is cut to 200 characters")
    func length() throws {
        let notices = Notices()
        notices.log().note(.clientRefused, reference: String(repeating: "x", count: 5000))
        #expect(notices.all.first?["reference"]?.count == 200)
    }
}
