import ArgumentParser

struct ServeCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Start the server.",
        discussion: """
            In an empty folder it makes a database, a master key and signing keys, and says so. SIGTERM or SIGINT stops it in order: requests under way \
            are answered first.

            EXAMPLE:
              portico serve
              PORTICO_SERVER_PORT=9000 portico serve
              portico serve --config /etc/portico/portico.yaml
            """)

    @OptionGroup var options: SettingsOptions

    func perform() async throws {
        try await Server(settings: try options.settings().settings).run()
    }
}
