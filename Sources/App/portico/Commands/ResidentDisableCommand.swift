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

    @OptionGroup var target: ResidentTarget

    func perform() async throws {
        try await target.change("is disabled") { residents, id, now in try await residents.disable(id, at: now) }
    }
}
