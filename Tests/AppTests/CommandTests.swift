import ArgumentParser
import Database
import KeyRing
import Primitives
import Storage
import Testing

@testable import portico

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The commands on an installation of their own, in this process: what they change, what they refuse and with which exit code.
@Suite("Commands")
struct CommandTests {
    /// A folder with a settings file, removed when the test ends.
    final class Installation: Sendable {
        let folder: String

        init() throws {
            var template = Array("/tmp/portico-commands-XXXXXX".utf8CString)
            folder = try #require(mkdtemp(&template).map { String(cString: $0) })
            try write(
                "portico.yaml",
                "database: {url: 'sqlite:\(folder)/portico.db'}\nkeys: {master-file: \(folder)/keys/master.key}\npassword: {memory-kib: 64, iterations: 1}\n"
            )
        }

        deinit {
            for name in ["portico.db", "portico.db-wal", "portico.db-shm", "keys/master.key", "portico.yaml", "file"] { unlink("\(folder)/\(name)") }
            rmdir(folder + "/keys")
            rmdir(folder)
        }

        @discardableResult
        func write(_ name: String, _ text: String) throws -> String {
            let path = "\(folder)/\(name)"
            let file = try #require(fopen(path, "w"))
            fputs(text, file)
            fclose(file)
            return path
        }

        func exists(_ name: String) -> Bool { Files.exists("\(folder)/\(name)") }

        func run<Command: PorticoCommand>(_ command: Command.Type, _ arguments: String...) async throws {
            try await command.parse(arguments + ["--config", folder + "/portico.yaml"]).perform()
        }

        func withAssembly<Value>(_ body: (Assembly) async throws -> Value) async throws -> Value {
            let settings = try SettingsOptions.parse(["--config", folder + "/portico.yaml"]).settings().settings
            let assembly = try await Assembly.open(settings, missing: .refuse)
            let value = try await body(assembly)
            await assembly.close()
            return value
        }

        func keys() async throws -> [KeySummary] { try await withAssembly { try await $0.keys.list(at: .init(milliseconds: 0)) } }
        func clientNames() async throws -> [String] { try await withAssembly { try await $0.clients.list().map(\.metadata.clientName) } }
    }

    private func exit(of body: () async throws -> Void) async -> Int32? {
        do {
            try await body()
            return 0
        } catch let code as ExitCode {
            return code.rawValue
        } catch {
            return CommandFailure(error).exit.rawValue
        }
    }

    @Test("a command that only looks makes nothing in an empty folder, and says what is missing")
    func looking() async throws {
        let installation = try Installation()
        #expect(await exit { try await installation.run(ResidentListCommand.self) } == 69)
        #expect(await exit { try await installation.run(KeyListCommand.self) } == 69)
        #expect(!installation.exists("portico.db"))
        #expect(!installation.exists("keys"))
    }

    @Test("adding the first resident makes database, master key and signing keys; the same name is refused the second time")
    func firstResident() async throws {
        let installation = try Installation()
        try await installation.run(ResidentAddCommand.self, "--username", "sam", "--email", "sam@example.org")
        #expect(installation.exists("portico.db"))
        #expect(try await installation.keys().map(\.algorithm.rawValue).sorted() == ["ES256", "RS256"])
        #expect(await exit { try await installation.run(ResidentAddCommand.self, "--username", "SAM") } == 1)
        #expect(await exit { try await installation.run(ResidentShowCommand.self, "sam@example.org") } == 0)
        #expect(await exit { try await installation.run(ResidentShowCommand.self, "nobody") } == 1)
    }

    @Test("a master key that is missing beside its database is not replaced by a new one")
    func lostMasterKey() async throws {
        let installation = try Installation()
        try await installation.run(ResidentAddCommand.self, "--username", "sam")
        unlink(installation.folder + "/keys/master.key")
        #expect(await exit { try await installation.run(ResidentAddCommand.self, "--username", "ada") } == 78)
        #expect(!installation.exists("keys/master.key"))
    }

    @Test("an import adds the good lines, reports the bad ones and ends with 1")
    func importing() async throws {
        let installation = try Installation()
        let file = try installation.write(
            "file",
            "{\"username\":\"ada\",\"password\":\"seven long hats in a row\"}\n{\"username\":7}\n\n{\"username\":\"bo\",\"password\":\"short\"}\n")
        #expect(await exit { try await installation.run(ResidentImportCommand.self, file) } == 1)
        #expect(await exit { try await installation.run(ResidentShowCommand.self, "ada") } == 0)
        #expect(await exit { try await installation.run(ResidentShowCommand.self, "bo") } == 1)
    }

    @Test("a dry run of clients apply changes nothing; applying twice changes nothing the second time")
    func applying() async throws {
        let installation = try Installation()
        try await installation.run(ClientAddCommand.self, "--name", "First", "--redirect-uri", "http://127.0.0.1:9000/callback")
        let file = try installation.write(
            "file", "[{\"client_id\":\"second\",\"client_name\":\"Second\",\"redirect_uris\":[\"https://second.example/callback\"]}]")
        try await installation.run(ClientApplyCommand.self, file, "--dry-run")
        #expect(try await installation.clientNames() == ["First"])
        try await installation.run(ClientApplyCommand.self, file)
        let updated = try await installation.withAssembly { try await $0.clients.find(try .named("second"))?.updatedAt }
        try await installation.run(ClientApplyCommand.self, file)
        #expect(try await installation.withAssembly { try await $0.clients.find(try .named("second"))?.updatedAt } == updated)
        #expect(try await installation.clientNames().sorted() == ["First", "Second"])
    }

    @Test(
        "a file of clients that is not acceptable is refused as a whole",
        arguments: [
            "{}", "[1]", "[{\"client_name\":\"No id\"}]", "not json", "[{\"client_id\":\"a\",\"client_id\":\"b\"}]",
            "[{\"client_id\":\"a\",\"client_name\":\"A\",\"redirect_uris\":[\"https://a.example/\"]},{\"client_id\":\"b\",\"client_name\":\"B\",\"colour\":1}]",
        ])
    func badClients(text: String) async throws {
        let installation = try Installation()
        let file = try installation.write("file", text)
        #expect(await exit { try await installation.run(ClientApplyCommand.self, file) } == 1)
        #expect(!installation.exists("portico.db"))
    }

    @Test("removing a client with --dry-run leaves it, without it removes it, and an unknown one is refused")
    func removing() async throws {
        let installation = try Installation()
        try await installation.run(ClientAddCommand.self, "--id", "a", "--name", "A", "--redirect-uri", "http://127.0.0.1:9000/callback")
        try await installation.run(ClientRemoveCommand.self, "a", "--dry-run")
        #expect(try await installation.clientNames() == ["A"])
        try await installation.run(ClientRemoveCommand.self, "a")
        #expect(try await installation.clientNames() == [])
        #expect(await exit { try await installation.run(ClientRemoveCommand.self, "a") } == 1)
        #expect(await exit { try await installation.run(ClientRotateSecretCommand.self, "a") } == 1)
    }

    @Test("a key made in a dry run is not made; one made is staged, and does not sign before agencies have it")
    func rotating() async throws {
        let installation = try Installation()
        try await installation.run(ResidentAddCommand.self, "--username", "sam")
        try await installation.run(KeyGenerateCommand.self, "ES256", "--dry-run")
        #expect(try await installation.keys().count == 2)
        try await installation.run(KeyGenerateCommand.self, "ES256")
        let staged = try #require(try await installation.keys().first { $0.state == .staged })
        #expect(await exit { try await installation.run(KeyActivateCommand.self, staged.kid) } == 1)
        #expect(await exit { try await installation.run(KeyActivateCommand.self, staged.kid, "--dry-run") } == 1)
        try await installation.run(KeyActivateCommand.self, String(staged.kid.prefix(12)), "--immediately")
        #expect(try await installation.keys().first { $0.kid == staged.kid }?.state == .active)
        #expect(await exit { try await installation.run(KeyRetireCommand.self, "zzzz") } == 1)
    }

    @Test("settings that are wrong end with 78, also a file that is not there")
    func settings() async throws {
        let installation = try Installation()
        try installation.write("portico.yaml", "server: {prot: 1}")
        #expect(await exit { try await installation.run(ConfigCommand.self) } == 78)
        #expect(await exit { try await ConfigCommand.parse(["--config", installation.folder + "/none.yaml"]).perform() } == 78)
    }

    @Test("no command takes a password as an argument")
    func passwords() {
        #expect(throws: (any Error).self) { try ResidentAddCommand.parse(["--username", "sam", "--password", "secret"]) }
        #expect(throws: (any Error).self) { try ResidentSetPasswordCommand.parse(["sam", "secret"]) }
    }

    @Test("every command explains itself with an example")
    func examples() {
        func check(_ command: any ParsableCommand.Type) {
            let help = Portico.helpMessage(for: command, columns: 200)
            #expect(help.contains("EXAMPLE:\n  ") && help.contains("portico "), "\(command.configuration.commandName ?? "")")
            for subcommand in command.configuration.subcommands { check(subcommand) }
        }
        check(Portico.self)
    }

    @Test("a command that looks leaves an older schema alone and says what to do; migrate brings it up, once")
    func migrating() async throws {
        let installation = try Installation()
        let path = installation.folder + "/portico.db"
        #expect(await exit { try await installation.run(MigrateCommand.self) } == 69)
        #expect(!installation.exists("portico.db"))
        let older = try Database.openSQLite(path: path, timeSource: .system)
        try await older.migrate(Array(Schema.migrations.dropLast()))
        await older.close()
        let failure = await #expect(throws: CommandFailure.self) { try await installation.run(KeyListCommand.self) }
        #expect(failure?.exit == .unavailable)
        #expect(failure?.lines.last?.contains("portico migrate") == true)
        #expect(await exit { try await installation.run(MigrateCommand.self, "--plan") } == 0)
        #expect(try await version(of: path) == Schema.migrations.count - 1)
        for _ in 0..<2 {
            #expect(await exit { try await installation.run(MigrateCommand.self) } == 0)
            #expect(try await version(of: path) == Schema.migrations.count)
        }
    }

    private func version(of path: String) async throws -> Int {
        let database = try Database.openSQLite(path: path, timeSource: .system)
        let version = try await database.schemaVersion()
        await database.close()
        return version
    }

    @Test("the plan of a migration names its steps, their locks and what older programs may do")
    func plan() throws {
        let steps = [
            Migration(version: 3, name: "indexes", sql: "SELECT 1", locks: [.init(table: "session", mode: "SHARE")]),
            Migration(version: 4, name: "farewell", sql: "SELECT 2", phase: .contract(needs: 3)),
        ]
        let text = MigrationText.text(of: steps, from: 2, in: .postgres, done: false)
        for words in ["Would be applied", "version 2", "indexes", "session (SHARE)", "keep working", "must know version 3"] {
            #expect(text.contains(words))
        }
        #expect(MigrationText.text(of: steps, from: 2, in: .sqlite, done: true).contains("writes wait"))
        #expect(MigrationText.text(of: [], from: 4, in: .sqlite, done: true).contains("nothing more"))
        let json = MigrationText.json(of: steps, from: 2, in: .postgres, done: false)
        #expect(json.objectValue?["steps"]?.arrayValue?.map { $0.objectValue?["oldest_program"] } == [.integer(0), .integer(3)])
    }
}
