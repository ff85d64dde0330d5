import ArgumentParser
import Residents

struct ResidentEnableCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "enable",
        abstract: "Let a disabled resident sign in again.",
        discussion: """
            EXAMPLE:
              portico residents enable sam
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "Username, email address or id.")
    var resident: String

    func perform() async throws {
        try await options.withResidents(missing: .refuse) { residents, now in
            let id = try await residents.require(resident).id
            try await residents.enable(id, at: now)
            let enabled = try await residents.require(id.rawValue)
            options.show("\(resident) is enabled.", json: ResidentText.json(of: enabled))
        }
    }
}
