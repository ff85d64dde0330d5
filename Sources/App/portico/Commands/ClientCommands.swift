import ArgumentParser
import Domain
import OAuthProtocol
import Primitives
import Provider

struct ClientListCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the registered agencies.",
        discussion: """
            EXAMPLE:
              portico clients list --json
            """)

    @OptionGroup var options: CommonOptions

    func perform() async throws {
        try await options.withAssembly(missing: .refuse) { assembly in
            let clients = try await assembly.clients.list()
            options.show(ClientText.table(of: clients), json: ["clients": .array(clients.map { ClientText.json(of: $0) })])
        }
    }
}

struct ClientShowCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one agency's registration.",
        discussion: """
            EXAMPLE:
              portico clients show city-permits
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "The client id.")
    var id: String

    func perform() async throws {
        try await options.withAssembly(missing: .refuse) { assembly in
            guard let client = try await assembly.clients.find(try ClientID.named(id)) else { throw ClientID.unknown(id) }
            options.show(ClientText.listing(of: client).text, json: ClientText.json(of: client))
        }
    }
}

struct ClientRotateSecretCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-secret",
        abstract: "Give an agency a new secret, printed once; the old one is refused from then on.",
        discussion: """
            EXAMPLE:
              portico clients rotate-secret city-permits
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "The client id.")
    var id: String

    func perform() async throws {
        try await options.withAssembly(missing: .refuse) { assembly in
            let registered = try await assembly.clients.rotateSecret(of: try ClientID.named(id), at: assembly.timeSource.now())
            options.show(ClientText.listing(of: registered).text, json: ClientText.json(of: registered.client, secret: registered.generatedSecret))
        }
    }
}

struct ClientRemoveCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove an agency, and every consent and token that residents gave it.",
        discussion: """
            EXAMPLE:
              portico clients remove city-permits --dry-run
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "The client id.")
    var id: String
    @Flag(help: "Show what would happen and change nothing.")
    var dryRun = false

    func perform() async throws {
        try await options.withAssembly(missing: .refuse) { assembly in
            let id = try ClientID.named(id)
            guard let client = try await assembly.clients.find(id) else { throw ClientID.unknown(self.id) }
            if !dryRun { try await assembly.clients.remove(id, at: assembly.timeSource.now()) }
            let name = "\(client.metadata.clientName) (\(id.rawValue))"
            options.show(
                dryRun
                    ? "\(name) would be removed, with every consent and token that residents gave it; nothing was changed."
                    : "\(name) is removed, with every consent and token that residents gave it.",
                json: ["client_id": .string(id.rawValue), "change": "removed", "dry_run": .bool(dryRun)])
        }
    }
}

extension ClientID {
    static func named(_ text: String) throws(CommandFailure) -> ClientID {
        guard let id = ClientID(rawValue: text) else { throw unknown(text) }
        return id
    }

    static func unknown(_ text: String) -> CommandFailure {
        CommandFailure(.refused, "There is no client \(Table.plain(text)).", "`portico clients list` shows those there are.")
    }
}
