import ArgumentParser
import Database
import Storage
import Testing

@testable import portico

@Suite("portico database copy")
struct DatabaseCopyCommandTests {
    private let installation: CommandTests.Installation

    init() throws { installation = try CommandTests.Installation() }

    private var source: String { "sqlite:\(installation.folder)/portico.db" }
    /// A name that the installation removes at its end.
    private var target: String { "\(installation.folder)/file" }

    private func copy(_ more: String...) async throws {
        try await DatabaseCopyCommand.parse(["--to", "sqlite:" + target, "--config", installation.folder + "/portico.yaml"] + more).perform()
    }

    private func failure(_ body: () async throws -> Void) async -> CommandFailure? {
        do {
            try await body()
            return nil
        } catch {
            return CommandFailure(error)
        }
    }

    @Test("without --from it copies the database of the settings")
    func settings() async throws {
        try await installation.run(ResidentAddCommand.self, "--username", "sam")
        try await copy("--json")
        let copied = try Database.openSQLite(path: target, timeSource: .system)
        #expect(try await copied.read { try $0.residents.count() } == 1)
        await copied.close()
        #expect(await failure { try await copy() }?.exit == .refused)
    }

    @Test("a database that is in use is refused as the source without --snapshot, and as the target in any case")
    func inUse() async throws {
        try await installation.run(ResidentAddCommand.self, "--username", "sam")
        let other = try Database.openSQLite(path: "\(installation.folder)/portico.db", timeSource: .system)
        let refused = await failure { try await copy("--from", source) }
        #expect(refused?.exit == .refused)
        #expect(refused?.lines.last?.contains("--snapshot") == true)
        try await copy("--from", source, "--snapshot")
        await other.close()
        let user = try Database.openSQLite(path: target, timeSource: .system)
        #expect(await failure { try await copy("--from", source, "--snapshot") }?.lines.last?.contains("--to") == true)
        await user.close()
    }

    @Test("a missing source is not made, and what names no database is not understood")
    func absent() async throws {
        #expect(await failure { try await copy() }?.exit == .unavailable)
        #expect(!installation.exists("portico.db") && !installation.exists("file"))
        for text in ["portico.db", "sqlite:", "mysql://a/b", "postgres://a/b?colour=blue"] {
            #expect(throws: (any Error).self) { try DatabaseCopyCommand.parse(["--to", text]) }
            #expect(throws: (any Error).self) { try DatabaseCopyCommand.parse(["--from", text, "--to", source]) }
        }
    }

    @Test("no command works on the target of an unfinished copy")
    func unfinished() async throws {
        try await installation.run(ResidentAddCommand.self, "--username", "sam")
        let database = try Database.openSQLite(path: "\(installation.folder)/portico.db", timeSource: .system)
        try await database.write { try $0.copies.begin(UnfinishedCopy(source: "elsewhere", isSnapshot: false), run: "one") }
        await database.close()
        let refused = await failure { try await installation.run(ResidentListCommand.self) }
        #expect(refused?.exit == .unavailable)
        #expect(refused?.lines.last?.contains("portico database copy") == true)
    }
}
