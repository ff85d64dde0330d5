import Administration
import ArgumentParser
import Database

struct DatabaseCopyCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy everything from one database to an empty one, and compare the two.",
        discussion: """
            Databases are named as in the setting database.url: sqlite: and a path, or a postgres:// connection URI. A password is better left out of it, \
            where every process of the machine can read it: libpq finds it in ~/.pgpass or PGPASSWORD. The source is not changed. The target must be \
            empty; until everything is copied and compared no server starts on it. An interrupted copy goes on when the same command is run again. While \
            a server uses the source, --snapshot copies what it holds at this moment; what residents do from then on is not in the target.

            EXAMPLE:
              portico database copy --from sqlite:portico.db --to postgres://portico@db.example/portico
              portico database copy --to sqlite:/var/lib/portico/rehearsal.db --snapshot --json
            """)

    @OptionGroup var options: CommonOptions
    @Option(help: ArgumentHelp("The database to copy (default: that of the settings).", valueName: "URL"))
    var from: String?
    @Option(help: ArgumentHelp("The empty database to copy to. A SQLite file is made where it is missing.", valueName: "URL"))
    var to: String
    @Flag(help: "Copy one consistent state of a source that a server uses. An interrupted copy must then begin again with an empty target.")
    var snapshot = false

    func validate() throws {
        for (name, text) in [("--from", from), ("--to", to)] {
            guard let text, DatabaseLocation(text) == nil else { continue }
            throw ValidationError("\(name) must be sqlite: and a path, or a postgres:// connection URI.")
        }
    }

    func perform() async throws {
        guard let target = DatabaseLocation(to) else { throw CommandFailure(.usage, "--to names no database.") }
        let source = try from.flatMap { DatabaseLocation($0) } ?? options.settings().settings.database
        try await source.withDatabase(snapshot ? .servedSource : .source) { sourceDatabase in
            try await target.withDatabase(.target) { targetDatabase in
                let copy = DatabaseCopy(from: sourceDatabase, to: targetDatabase)
                defer { Terminal.progress("") }
                let report = try await copy.run(snapshot: snapshot) { Terminal.progress(DatabaseCopyText.line(of: $0)) }
                Terminal.progress("")
                options.show(
                    DatabaseCopyText.text(of: report, from: source, to: target),
                    json: DatabaseCopyText.json(of: report, from: source, to: target))
            }
        }
    }
}
