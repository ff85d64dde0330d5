import ArgumentParser

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database",
        abstract: "Move an installation from one database to another.",
        discussion: """
            EXAMPLE:
              portico database copy --from sqlite:portico.db --to postgres://portico@db.example/portico
            """,
        subcommands: [DatabaseCopyCommand.self])
}
