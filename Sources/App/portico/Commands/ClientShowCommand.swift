import ArgumentParser
import OAuthProtocol
import Provider

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
