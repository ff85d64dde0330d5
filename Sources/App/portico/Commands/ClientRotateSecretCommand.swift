import ArgumentParser
import OAuthProtocol
import Provider

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
