import ArgumentParser

/// The `portico` command: the server and everything an operator does from a terminal.
///
/// It owns settings, the command line, logs, and the one place that builds everything (`Assembly`). It owns no rule of the provider: what may
/// be done and what it means is decided by the services; here it is asked for and shown.
@main
struct Portico: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portico",
        abstract: "One front door to public services: a digital-identity and single sign-on provider.",
        discussion: """
            Settings come from portico.yaml in the working directory (or --config FILE) and from the environment (PORTICO_…), which wins.
            Every command prints a table for people, or JSON with --json. What goes wrong is told on standard error.

            EXAMPLE:
              portico serve
              portico residents add --username sam --given-name Sam
              portico clients add --name "My agency" --redirect-uri http://127.0.0.1:9000/callback

            EXIT CODES:
              0 done, 1 refused or failed, 64 the command was not understood, 69 something needed is not available, 78 the settings are wrong.
            """,
        version: Version.text,
        subcommands: [
            ServeCommand.self, ConfigCommand.self, ResidentsCommand.self, ClientsCommand.self, KeysCommand.self, MigrateCommand.self,
            DatabaseCommand.self, BackupCommand.self, RestoreCommand.self, DoctorCommand.self,
        ]
    )
}

enum Version {
    static let text = "0.1.0"
}
