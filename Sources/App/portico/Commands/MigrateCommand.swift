import ArgumentParser
import Database
import Primitives
import Storage

struct MigrateCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database's schema to what this portico needs.",
        discussion: """
            `portico serve` does the same when it starts, where its database role may. Run it by itself where the role that serves may not change the schema. \
            Programs of the release before keep working while a step expands the schema; a step that contracts it says which programs it needs. With --plan \
            nothing is changed.

            EXAMPLE:
              portico migrate --plan
              PORTICO_DATABASE_URL=postgres://portico_owner@db/portico portico migrate
            """)

    @OptionGroup var options: CommonOptions
    @Flag(help: "Show what would run, what it locks and whether older programs keep working, and change nothing.")
    var plan = false

    func perform() async throws {
        let settings = try options.settings().settings
        if case .sqlite(let path) = settings.database, !Files.exists(path) {
            throw CommandFailure(.unavailable, "There is no database at \(path).", "`portico serve` makes one.")
        }
        try await settings.openDatabase(applicationName: "portico migrate", timeSource: .system).closing(after: migrate)
    }

    private func migrate(_ database: Database) async throws {
        let (found, steps) = (try await database.schemaVersion(), try await database.missingMigrations(Schema.migrations))
        if !plan {
            do { try await database.migrate(Schema.migrations) } catch DatabaseError.forbidden(let cause) {
                throw CommandFailure(
                    .refused, "The database role may not change the schema: \(cause).",
                    "Name the role that owns the tables in PORTICO_DATABASE_URL for this one command.")
            }
        }
        options.show(
            MigrationText.text(of: steps, from: found, in: database.dialect, done: !plan),
            json: MigrationText.json(of: steps, from: found, in: database.dialect, done: !plan))
    }
}

/// Steps of the schema, for people and for machines.
enum MigrationText {
    static func text(of steps: [Migration], from version: Int, in dialect: SQLDialect, done: Bool) -> String {
        guard !steps.isEmpty else { return "The schema is at version \(version); this portico needs nothing more." }
        var table = Table("VERSION", "STEP", "LOCKS", "OLDER PROGRAMS")
        for step in steps { table.add(String(step.version), step.name, locks(of: step, in: dialect), older(step)) }
        let sentence = done ? "Applied to the schema, which was at version" : "Would be applied to the schema, which is at version"
        return "\(sentence) \(version):\n" + table.text(styled: Terminal.isStyled)
    }

    static func json(of steps: [Migration], from version: Int, in dialect: SQLDialect, done: Bool) -> JSONValue {
        [
            "version_before": .integer(Int64(version)), "applied": .bool(done),
            "steps": .array(
                steps.map { step in
                    [
                        "version": .integer(Int64(step.version)), "name": .string(step.name), "sql": .string(step.sql(dialect)),
                        "locks": .array(step.locks.map { ["table": .string($0.table), "mode": .string($0.mode)] }),
                        "oldest_program": .integer(Int64(oldestProgram(step))),
                    ]
                }),
        ]
    }

    /// SQLite has one lock, on the whole file; PostgreSQL locks the tables a step touches.
    private static func locks(of step: Migration, in dialect: SQLDialect) -> String {
        switch dialect {
        case .sqlite: "writes wait while it runs"
        case .postgres: step.locks.isEmpty ? "no table that exists" : step.locks.map { "\($0.table) (\($0.mode))" }.joined(separator: ", ")
        }
    }

    private static func older(_ step: Migration) -> String {
        switch step.phase {
        case .expand: "keep working"
        case .contract(let needs): "must know version \(needs): update every node first"
        }
    }

    private static func oldestProgram(_ step: Migration) -> Int {
        switch step.phase {
        case .expand: 0
        case .contract(let needs): needs
        }
    }
}
