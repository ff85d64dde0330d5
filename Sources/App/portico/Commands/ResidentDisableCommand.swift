import ArgumentParser
import Residents

struct ResidentDisableCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Let a resident in no more: ends their sessions and what agencies were given.",
        discussion: """
            EXAMPLE:
              portico residents disable sam
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "Username, email address or id.")
    var resident: String

    func perform() async throws {
        try await options.withResidents(missing: .refuse) { residents, now in
            let id = try await residents.require(resident).id
            try await residents.disable(id, at: now)
            let disabled = try await residents.require(id.rawValue)
            options.show("\(resident) is disabled.", json: ResidentText.json(of: disabled))
        }
    }
}
