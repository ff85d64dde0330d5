import ArgumentParser
import OAuthProtocol
import Provider

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
