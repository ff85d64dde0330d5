import ArgumentParser
import Database
import Primitives
import Storage

struct BackupCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the SQLite database to a file while the server runs.",
        discussion: """
            The copy is what the database held at one moment, checked and on disk when the command ends with 0. A file that exists is not written over, and \
            what an interrupted backup leaves has another name (FILE.part). The master key is not in the copy: keep it elsewhere.

            PostgreSQL's own tools copy a PostgreSQL database. There the command prints how, and ends with 1 because it made no backup; with \
            --explain it only prints how, and ends with 0.

            EXAMPLE:
              portico backup /backup/portico-2026-03-01.db
              portico backup --explain
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "The file to make.")
    var file: String?
    @Flag(help: "Say how this installation is backed up and restored, and do nothing.")
    var explain = false

    func validate() throws {
        guard explain || file?.isEmpty == false else { throw ValidationError("Name the file to make, or give --explain.") }
    }

    func perform() async throws {
        let settings = try options.settings().settings
        let keep = Companions(settings, settingsFile: options.source.path)
        let explanation = BackupExplanation(settings.database, keep: keep)
        switch settings.database {
        case .sqlite(let path):
            guard let file, !explain else { return options.show(explanation.text, json: explanation.json) }
            try await back(up: path, to: file, keep: keep)
        case .postgres:
            options.show(explanation.text, json: explanation.json)
            if !explain { throw CommandFailure(.refused, "No backup was made: the database is PostgreSQL, whose own tools do it as said above.") }
        }
    }

    private func back(up path: String, to file: String, keep: Companions) async throws {
        guard Files.exists(path) else { throw CommandFailure(.unavailable, "There is no database at \(path).") }
        guard !Files.exists(file) else { throw CommandFailure(.refused, "\(file) exists already.", "Name another file, or remove it first.") }
        guard try await Self.schemaVersion(path) > 0 else { throw CommandFailure(.refused, "\(path) is no database of Portico's: it has no schema.") }
        let takenAt = TimeSource.system.now()
        try Database.backUpSQLite(path: path, to: file) { Terminal.progress("\($0) of \($1) pages copied") }
        Terminal.progress("")
        let made = try await MadeBackup(file, takenAt: takenAt)
        options.show(made.text(keep: keep), json: made.json(keep: keep))
    }

    private static func schemaVersion(_ path: String) async throws -> Int {
        try await Database.openSQLiteForReading(path: path, timeSource: .system).closing { try await $0.schemaVersion() }
    }
}

/// A backup that was made, as it says of itself.
struct MadeBackup {
    let file: String
    let bytes: Int64
    let takenAt: Instant
    let schemaVersion: Int
    let lastEventAt: Instant?

    init(_ file: String, takenAt: Instant) async throws {
        (schemaVersion, lastEventAt) = try await Database.openSQLiteForReading(path: file, timeSource: .system).closing { database in
            (try await database.schemaVersion(), try await database.read { try $0.audit.end()?.at })
        }
        self.file = file
        self.takenAt = takenAt
        bytes = Files.size(file) ?? 0
    }

    func text(keep: Companions) -> String {
        var listing = Listing()
        listing.add("backup", file)
        listing.add("size", "\(bytes) bytes")
        listing.add("begun", TimeText.second(takenAt))
        listing.add("schema version", String(schemaVersion))
        listing.add("last event", lastEventAt.map(TimeText.second) ?? "none")
        return listing.text + "\n" + keep.text
    }

    func json(keep: Companions) -> JSONValue {
        [
            "file": .string(file), "bytes": .integer(bytes), "begun_at": .integer(takenAt.secondsSince1970),
            "schema_version": .integer(Int64(schemaVersion)), "last_event_at": lastEventAt.map { .integer($0.secondsSince1970) } ?? .null,
            "keep": keep.json,
        ]
    }
}
