import Cryptography
import Database
import Domain
import PasswordHashing
import Primitives
import Storage
import Testing

@testable import Residents

@Suite("Importing residents from JSON Lines")
struct ResidentImportTests {
    @Test("claims, address and time of update arrive, and the password signs in")
    func wholeResident() async throws {
        let fixture = try await ResidentsFixture()
        let report = try await run(
            [
                #"{"username":"bela","password":"another battery of horses","email":"bela@example.org","email_verified":true,"given_name":"Béla","#
                    + #""family_name":"Nagy","birthdate":"1980-02-29","phone_number":"+14155550123","locale":"hu-HU","zoneinfo":"Europe/Budapest","#
                    + #""address":{"locality":"Budapest","country":"HU"},"updated_at":1700000000}"#
            ], fixture)
        #expect(report == expected(lines: 1, added: 1))
        let resident = try #require(try await fixture.directory.find("bela@example.org"))
        #expect(resident.claim("given_name") == "Béla" && resident.claim("email_verified") == true)
        #expect(resident.claim("updated_at") == 1_700_000_000)
        #expect(resident.claim("address")?.objectValue?["country"] == "HU")
        let outcome = try await fixture.signIn().attempt(fixture.attempt("another battery of horses", as: "bela"), replacing: nil, at: noon)
        #expect(outcome.signedIn != nil)
        #expect(try await fixture.auditKinds().contains(.residentImported))
    }

    @Test("a hash from elsewhere is taken over, and renewed at the first sign-in")
    func importedHash() async throws {
        let fixture = try await ResidentsFixture()
        let phc = try await ResidentsFixture.hasher(iterations: 3).hash(secret("legacy pass")).phc
        #expect(try await run([#"{"username":"bela","password_hash":"\#(phc)"}"#], fixture).added == 1)
        #expect(try await fixture.signIn().attempt(fixture.attempt("legacy pass", as: "bela"), replacing: nil, at: noon).signedIn != nil)
        #expect(try await fixture.directory.find("bela")?.passwordPHC?.contains("t=1") == true)
    }

    @Test("importing twice changes nothing the second time")
    func idempotent() async throws {
        let fixture = try await ResidentsFixture()
        let lines = (0..<70).map { #"{"username":"user\#($0)","password":"another battery of horses"}"# }
        #expect(try await run(lines, fixture) == expected(lines: 70, added: 70))
        let before = try await fixture.directory.list(limit: 200)
        #expect(try await run(lines, fixture) == expected(lines: 70, skipped: 70))
        #expect(try await fixture.directory.list(limit: 200) == before)
    }

    @Test("an existing username is skipped, in this file or before it, whatever else the line says")
    func existing() async throws {
        let fixture = try await ResidentsFixture()
        let report = try await run(
            [
                #"{"username":"AMINA","password":"another battery of horses","given_name":"Changed"}"#,
                #"{"username":"bela","password":"another battery of horses"}"#, #"{"username":"Bela","password":"a different battery here"}"#,
            ], fixture)
        #expect(report == expected(lines: 3, added: 1, skipped: 2))
        #expect(try await fixture.directory.find("amina")?.claims.givenName == "Amina")
    }

    @Test(
        "a bad line is reported by its number and reason, writes nothing, and stops no other",
        arguments: [
            ("{", "JSON"), ("[]", "object"), (#"{"username":"b","username":"c","password":"x"}"#, "twice"), (#"{"password":"xxxxx"}"#, "username"),
            (#"{"username":7,"password":"another battery of horses"}"#, "username"),
            (#"{"username":"bad name","password":"another battery of horses"}"#, "username"),
            (#"{"username":"bela"}"#, "missing"), (#"{"username":"bela","password":"short"}"#, "at least 15"),
            (#"{"username":"bela","password":7}"#, "strings"),
            (#"{"username":"bela","password":"another battery of horses","password_hash":"$argon2id$"}"#, "exclude"),
            (#"{"username":"bela","password_hash":"$2b$12$abcdefghijklmnopqrstuv"}"#, "Argon2id"),
            (
                #"{"username":"bela","password_hash":"$argon2id$v=19$m=4194304,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#,
                "hashed"
            ),
            (#"{"username":"bela","password":"another battery of horses","email":"nowhere"}"#, "email"),
            (#"{"username":"bela","password":"another battery of horses","email":"Amina@example.org"}"#, "email address belongs"),
            (#"{"username":"bela","password":"another battery of horses","birthdate":"29.2.1980"}"#, "birthdate"),
            (#"{"username":"bela","password":"another battery of horses","is_admin":true}"#, "is_admin"),
            (#"{"username":"bela","password":"another battery of horses","sub":"x"}"#, "sub"),
            (#"{"username":"bela","password":"another battery of horses","updated_at":99999999999}"#, "updated_at"),
            (#"{"username":"bela","password":"another battery of horses","updated_at":"now"}"#, "updated_at"),
        ])
    func badLines(_ line: String, _ reason: String) async throws {
        let fixture = try await ResidentsFixture()
        let good = #"{"username":"good","password":"another battery of horses"}"#
        let report = try await run(["", line, good], fixture)
        #expect(report.added == 1 && report.skipped == 0)
        #expect(report.failures.map(\.line) == [2])
        #expect(report.failures.first?.reason.contains(reason) == true, "\(report.failures)")
        #expect(report.failures.first?.reason.contains("battery") == false)
        #expect(try await fixture.directory.find("bela") == nil)
        #expect(try await fixture.directory.find("good") != nil)
    }

    @Test("a line that is no UTF-8, or longer than 64 KiB, is reported")
    func badBytes() async throws {
        let fixture = try await ResidentsFixture()
        var lines: [[UInt8]] = [
            Array(#"{"username":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8),
            [UInt8](repeating: UInt8(ascii: " "), count: 70_000) + [UInt8(ascii: "1")],
        ]
        let report = try await fixture.directory.importLines({ lines.isEmpty ? nil : lines.removeFirst() }, at: noon)
        #expect(report.failures.map(\.line) == [1, 2])
    }

    @Test("empty lines and line breaks of other systems are no lines")
    func blankLines() async throws {
        let fixture = try await ResidentsFixture()
        let report = try await run(["", "  ", "\r", #"{"username":"bela","password":"another battery of horses"}"# + "\r"], fixture)
        #expect(report == expected(lines: 4, added: 1))
    }

    @Test("what was written before the file broke off stays, and the next import goes on")
    func interruption() async throws {
        struct Broken: Error {}
        let fixture = try await ResidentsFixture()
        let lines = (0..<40).map { #"{"username":"user\#($0)","password":"another battery of horses"}"# }
        var rest = lines
        var seen: [Int] = []
        await #expect(throws: Broken.self) {
            _ = try await fixture.directory.importLines(
                {
                    if rest.count == 2 { throw Broken() }
                    return Array(rest.removeFirst().utf8)
                }, at: noon, progress: { seen.append($0.added) })
        }
        #expect(seen == [32])
        #expect(try await run(lines, fixture) == expected(lines: 40, added: 8, skipped: 32))
    }

    private func run(_ lines: [String], _ fixture: ResidentsFixture) async throws -> ImportReport {
        var rest = lines[...]
        return try await fixture.directory.importLines({ rest.popFirst().map { Array($0.utf8) } }, at: noon)
    }

    private func expected(lines: Int, added: Int = 0, skipped: Int = 0) -> ImportReport {
        var report = ImportReport()
        report.lines = lines
        report.added = added
        report.skipped = skipped
        return report
    }
}
