import ArgumentParser
import Residents

struct ResidentShowCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one resident, found by username, email address or id.",
        discussion: """
            EXAMPLE:
              portico residents show sam@example.org
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "Username, email address or id.")
    var resident: String

    func perform() async throws {
        try await options.withResidents(missing: .refuse) { residents, _ in
            let found = try await residents.require(resident)
            options.show(ResidentText.listing(of: found).text, json: ResidentText.json(of: found))
        }
    }
}
