import ArgumentParser
import Primitives
import Provider

struct ClientApplyCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Bring registrations to what a file says: all of it or nothing.",
        discussion: """
            The file is a JSON array of RFC 7591 client metadata, each with its client_id and, where wanted, its client_secret; where an agency needs a \
            secret and has none, one is generated and printed once. Agencies the file does not name stay as they are. Applying a file again changes nothing.

            EXAMPLE:
              portico clients apply agencies.json --dry-run
              portico clients apply agencies.json --json
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "The file.")
    var file: String
    @Flag(help: "Show the differences and change nothing.")
    var dryRun = false

    func perform() async throws {
        let entries = try entries()
        try await options.withAssembly(missing: dryRun ? .refuse : .create) { assembly in
            let now = assembly.timeSource.now()
            let changes = dryRun ? try await assembly.clients.plan(entries, at: now) : try await assembly.clients.apply(entries, at: now)
            options.show(ClientText.text(of: changes, dryRun: dryRun), json: ClientText.json(of: changes, dryRun: dryRun))
        }
    }

    private func entries() throws -> [ClientEntry] {
        guard let elements = try JSONFile.value(file).arrayValue else { throw CommandFailure(.refused, "\(file) must hold a JSON array of clients.") }
        return try elements.enumerated().map { index, element in
            guard let object = element.objectValue else { throw CommandFailure(.refused, "Entry \(index + 1) of \(file) is not a JSON object.") }
            return try ClientEntry(object, index: index)
        }
    }
}
