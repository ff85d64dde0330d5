import ArgumentParser
import KeyRing

struct KeyActivateCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate",
        abstract: "Let a staged key sign; the active key of its algorithm retires.",
        discussion: """
            Refused until the key has been published for longer than anyone may keep the key set. --immediately skips that wait, and breaks agencies that \
            still hold an old set.

            EXAMPLE:
              portico keys activate KID --dry-run
            """)

    @OptionGroup var change: KeyChangeOptions
    @Argument(help: "The key's id, or the beginning of it.")
    var kid: String
    @Flag(help: "Do not wait for old copies of the key set to expire.")
    var immediately = false

    func perform() async throws { try await change.carryOut { .activate(try $0.find(kid), immediately: immediately) } }
}
