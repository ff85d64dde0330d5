import ArgumentParser

struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "Register agencies, look at them, and remove them.",
        discussion: """
            What an operator registers may use loopback addresses, so that an agency can try things at home. A running server follows within a second.

            EXAMPLE:
              portico clients add --name "City Permits" --redirect-uri http://127.0.0.1:8081/callback
              portico clients apply agencies.json --dry-run
            """,
        subcommands: [
            ClientAddCommand.self, ClientListCommand.self, ClientShowCommand.self, ClientRotateSecretCommand.self, ClientRemoveCommand.self,
            ClientApplyCommand.self,
        ])
}
