import ArgumentParser
import Domain
import Primitives
import Residents

struct ResidentListCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List residents in the order of their ids.",
        discussion: """
            EXAMPLE:
              portico residents list --limit 20
              portico residents list --after r_AbCdEfGhIjKlMnOpQrStUv --json
            """)

    @OptionGroup var options: CommonOptions
    @Option(help: "How many at most.")
    var limit = 100
    @Option(help: ArgumentHelp("Begin after this resident's id.", valueName: "ID"))
    var after: String?

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be between 1 and 10000.") }
        guard after.map({ ResidentID(rawValue: $0) != nil }) ?? true else {
            throw ValidationError("--after must be a resident's id, such as `list` prints.")
        }
    }

    func perform() async throws {
        try await options.withResidents(missing: .refuse) { residents, _ in
            let found = try await residents.list(after: after.flatMap(ResidentID.init(rawValue:)), limit: limit + 1)
            let shown = Array(found.prefix(limit))
            let next = found.count > limit ? shown.last?.id.rawValue : nil
            var json: JSONObject = ["residents": .array(shown.map { ResidentText.json(of: $0) })]
            json["next"] = next.map(JSONValue.string) ?? .null
            options.show(ResidentText.table(of: shown), json: .object(json))
            if let next, !options.asJSON { Terminal.tell("portico: there are more; continue with --after \(next)") }
        }
    }
}
