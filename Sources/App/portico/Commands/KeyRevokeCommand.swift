import ArgumentParser
import KeyRing

struct KeyRevokeCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Make everything a key ever signed worthless at once.",
        discussion: """
            For a private key that may be in other hands. An active key is revoked with --replace, which puts another of its algorithm in its place.

            EXAMPLE:
              portico keys revoke KID --replace --dry-run
            """)

    @OptionGroup var change: KeyChangeOptions
    @Argument(help: "The key's id, or the beginning of it.")
    var kid: String
    @Flag(help: "Activate another key of the algorithm in the same step; one is made if there is none.")
    var replace = false

    func perform() async throws { try await change.carryOut { .revoke(try $0.find(kid), replace: replace) } }
}
