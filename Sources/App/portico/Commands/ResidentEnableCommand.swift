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

    @OptionGroup var target: ResidentTarget

    func perform() async throws {
        try await target.change("may sign in again") { residents, id, now in try await residents.enable(id, at: now) }
    }
}
