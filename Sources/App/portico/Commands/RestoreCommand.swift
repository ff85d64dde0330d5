import ArgumentParser
import Primitives

struct RestoreCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in force, and everything out of force that may have been used since.",
        discussion: """
            The server must be stopped. The backup is copied beside the database, checked, brought to this program's schema and opened with the master key; \
            only then does it take the database's place, in one step. The former database is kept under another name.

            A backup knows codes, refresh tokens and sessions as unused that were used since, or ended. So every session ends, and every code and token from \
            before stops working: residents sign in again. What they allowed agencies stays. What staff did since the backup is undone; it is listed, so that \
            it can be done again.

            A database that was brought back by other means, such as pg_restore, is marked as restored with --mark-restored.

            EXAMPLE:
              portico restore /backup/portico-2026-03-01.db --dry-run
              portico restore /backup/portico-2026-03-01.db --replace
              portico restore --mark-restored
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "The backup.")
    var file: String?
    @Flag(help: "Take the place of a database that exists. It is kept under another name.")
    var replace = false
    @Flag(help: "The database was brought back by other means already: only put out of force what may have been used since.")
    var markRestored = false
    @Flag(help: "Go through everything, show what would happen, and change nothing.")
    var dryRun = false

    func validate() throws {
        guard (file?.isEmpty == false) != markRestored else { throw ValidationError("Name a backup, or give --mark-restored.") }
        guard !markRestored || !replace else { throw ValidationError("--mark-restored replaces nothing.") }
    }

    func perform() async throws {
        guard let file else { return try await mark() }
        let settings = try options.settings().settings
        guard case .sqlite(let path) = settings.database else {
            throw CommandFailure(
                .refused, "The database is PostgreSQL, whose own tools restore it: `portico backup --explain` says how.",
                "Afterwards run `portico restore --mark-restored`, before a server starts.")
        }
        let restore = SQLiteRestore(settings, path: path, file: file, replace: replace)
        let report = try await restore.perform(dryRun: dryRun)
        options.show(report.text, json: report.json)
        if report.isRefused { throw ExitCode(CommandFailure.Exit.refused.rawValue) }
    }

    private func mark() async throws {
        try await options.withAssembly(missing: .refuse) { assembly in
            let now = assembly.timeSource.now()
            var report = RestoreReport(
                state: try await assembly.recovery.state(), keys: try await assembly.keys.list(at: now), isDryRun: dryRun)
            if !dryRun { report.markedAt = try await assembly.recovery.mark(at: now) }
            options.show(report.text, json: report.json)
        }
    }
}
