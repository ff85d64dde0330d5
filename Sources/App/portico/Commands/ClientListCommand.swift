import ArgumentParser
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
