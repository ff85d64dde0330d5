import ArgumentParser
import Domain
import Primitives
import Residents

struct ResidentListCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List residents in the order of their ids.",
        discussion: """
            EXAMPLE:
              portico residents list --limit 20
              portico residents list --after r_AbCdEfGhIjKlMnOpQrStUv --json
            """)

    @OptionGroup var options: CommonOptions
    @Option(help: "How many at most.")
    var limit = 100
    @Option(help: ArgumentHelp("Begin after this resident's id.", valueName: "ID"))
    var after: String?

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be between 1 and 10000.") }
        guard after.map({ ResidentID(rawValue: $0) != nil }) ?? true else {
            throw ValidationError("--after must be a resident's id, such as `list` prints.")
        }
    }

    func perform() async throws {
        try await options.withResidents(missing: .refuse) { residents, _ in
            let found = try await residents.list(after: after.flatMap(ResidentID.init(rawValue:)), limit: limit + 1)
            let shown = Array(found.prefix(limit))
            let next = found.count > limit ? shown.last?.id.rawValue : nil
            var json: JSONObject = ["residents": .array(shown.map { ResidentText.json(of: $0) })]
            json["next"] = next.map(JSONValue.string) ?? .null
            options.show(ResidentText.table(of: shown), json: .object(json))
            if let next, !options.asJSON { Terminal.tell("portico: there are more; continue with --after \(next)") }
        }
    }
}

struct ResidentShowCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one resident, found by username, email address or id.",
        discussion: """
            EXAMPLE:
              portico residents show sam@example.org
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "Username, email address or id.")
    var resident: String

    func perform() async throws {
        try await options.withResidents(missing: .refuse) { residents, _ in
            let found = try await residents.require(resident)
            options.show(ResidentText.listing(of: found).text, json: ResidentText.json(of: found))
        }
    }
}

struct ResidentDisableCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Let a resident in no more: ends their sessions and what agencies were given.",
        discussion: """
            EXAMPLE:
              portico residents disable sam
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "Username, email address or id.")
    var resident: String

    func perform() async throws {
        try await options.withResidents(missing: .refuse) { residents, now in
            let id = try await residents.require(resident).id
            try await residents.disable(id, at: now)
            let disabled = try await residents.require(id.rawValue)
            options.show("\(resident) is disabled.", json: ResidentText.json(of: disabled))
        }
    }
}

struct ResidentEnableCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Let a disabled resident sign in again.",
        discussion: """
            EXAMPLE:
              portico residents enable sam
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "Username, email address or id.")
    var resident: String

    func perform() async throws {
        try await options.withResidents(missing: .refuse) { residents, now in
            let id = try await residents.require(resident).id
            try await residents.enable(id, at: now)
            let enabled = try await residents.require(id.rawValue)
            options.show("\(resident) is enabled.", json: ResidentText.json(of: enabled))
        }
    }
}

struct ResidentSetPasswordCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-password",
        abstract: "Give a resident a new password; every session of theirs ends.",
        discussion: """
            EXAMPLE:
              portico residents set-password sam
              printf '%s\\n' "$PASSWORD" | portico residents set-password sam --password-stdin
            """)

    @OptionGroup var options: CommonOptions
    @OptionGroup var password: PasswordOptions
    @Argument(help: "Username, email address or id.")
    var resident: String

    func perform() async throws {
        let (secret, isGenerated) = try password.password()
        try await options.withResidents(missing: .refuse) { residents, now in
            let id = try await residents.require(resident).id
            try await residents.setPassword(secret, of: id, at: now)
            let shown = isGenerated ? String(decoding: secret.copyBytes(), as: UTF8.self) : nil
            let changed = try await residents.require(id.rawValue)
            options.show(
                shown.map { "The new password of \(resident), shown once: \($0)" } ?? "\(resident) has the new password.",
                json: ResidentText.json(of: changed, generatedPassword: shown))
        }
    }
}

extension CommonOptions {
    /// Runs `body` with the residents' directory and the time.
    func withResidents(missing: Assembly.Missing, _ body: (ResidentDirectory, Instant) async throws -> Void) async throws {
        try await withAssembly(missing: missing) { assembly in
            let hasher = try assembly.makeHasher()
            do {
                try await body(assembly.residents(hasher: hasher), assembly.timeSource.now())
            } catch {
                await hasher.shutDown()
                throw error
            }
            await hasher.shutDown()
        }
    }
}

extension ResidentDirectory {
    func require(_ name: String) async throws -> Resident {
        guard let resident = try await find(name) else {
            throw CommandFailure(.refused, "There is no resident \(Table.plain(name)).", "`portico residents list` shows those there are.")
        }
        return resident
    }
}
