import ArgumentParser

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Look at the signing keys and change them.",
        discussion: """
            A new key is staged: published, so that agencies have it before it signs. Activated, it signs, and the former key of its algorithm retires: \
            still published, until nothing it signed is valid any more. A running server follows within a second. With --dry-run each change is only shown.

            EXAMPLE:
              portico keys generate ES256
              portico keys list
              portico keys activate KID --dry-run
            """,
        subcommands: [
            KeyListCommand.self, KeyGenerateCommand.self, KeyActivateCommand.self, KeyRetireCommand.self, KeyRevokeCommand.self,
            KeyExportCommand.self,
        ])
}
