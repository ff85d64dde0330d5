import ArgumentParser
import KeyRing

struct KeyRetireCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "Withdraw a staged key, or end the work of an active one that nobody needs.",
        discussion: """
            EXAMPLE:
              portico keys retire KID --dry-run
            """)

    @OptionGroup var change: KeyChangeOptions
    @Argument(help: "The key's id, or the beginning of it.")
    var kid: String

    func perform() async throws { try await change.carryOut { .retire(try $0.find(kid)) } }
}
