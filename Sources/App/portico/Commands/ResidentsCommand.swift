import ArgumentParser

struct ResidentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "residents",
        abstract: "Add, import, look at and disable the people who sign in.",
        discussion: """
            EXAMPLE:
              portico residents add --username sam --email sam@example.org --given-name Sam
              portico residents import people.jsonl
            """,
        subcommands: [
            ResidentAddCommand.self, ResidentListCommand.self, ResidentShowCommand.self, ResidentDisableCommand.self, ResidentEnableCommand.self,
            ResidentSetPasswordCommand.self, ResidentImportCommand.self,
        ])
}
