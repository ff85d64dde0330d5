import ArgumentParser
import KeyRing

struct KeyExportCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-public",
        abstract: "Print the public keys as a JWK set, or one of them as a JWK.",
        discussion: """
            The output is JSON in any case; no private member is ever in it.

            EXAMPLE:
              portico keys export-public > jwks.json
              portico keys export-public --kid KID
            """)

    @OptionGroup var options: CommonOptions
    @Option(help: "One key only: its id, or the beginning of it.")
    var kid: String?

    func perform() async throws {
        try await options.withAssembly(missing: .refuse) { assembly in
            let keys = try await assembly.keys.list(at: assembly.timeSource.now())
            Terminal.print(try await assembly.keys.exportPublic(kid: try kid.map(keys.find)).serialized())
        }
    }
}
