import ArgumentParser
import KeyRing

struct KeyListCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the signing keys, the active ones first.",
        discussion: """
            EXAMPLE:
              portico keys list --json
            """)

    @OptionGroup var options: CommonOptions

    func perform() async throws {
        try await options.withAssembly(missing: .refuse) { assembly in
            let keys = try await assembly.keys.list(at: assembly.timeSource.now())
            options.show(KeyText.table(of: keys), json: ["keys": .array(keys.map(KeyText.json))])
        }
    }
}
