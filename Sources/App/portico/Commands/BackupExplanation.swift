import Database
import Primitives

/// How an installation is backed up and restored, as commands that fit its settings.
struct BackupExplanation {
    private let steps: [(title: String, lines: [String])]
    private let keep: Companions
    private let engine: String

    init(_ location: DatabaseLocation, keep: Companions) {
        self.keep = keep
        switch location {
        case .sqlite:
            engine = "sqlite"
            steps = [
                ("To back up, while the server runs", ["portico backup FILE"]),
                (
                    "To restore",
                    [
                        "portico restore FILE --dry-run     # what it would do and undo", "# stop the server",
                        "portico restore FILE --replace", "# start the server",
                    ]
                ),
            ]
        case .postgres(let url):
            engine = "postgres"
            let database = Self.shellQuoted(url.keywords)
            steps = [
                ("To back up one moment, while the servers run", ["pg_dump --format=custom --file=portico.dump --dbname=\(database)"]),
                (
                    "To be able to go back to any moment: the whole cluster, together with archived WAL (archive_mode)",
                    ["pg_basebackup --checkpoint=fast --wal-method=stream --pgdata=FOLDER --dbname=\(database)"]
                ),
                (
                    "To restore",
                    [
                        "# stop every server; as the role that owns the tables:",
                        "pg_restore --clean --if-exists --exit-on-error --single-transaction --dbname=\(database) portico.dump",
                    ]
                ),
                (
                    "After any restore, before a server starts: what was used since the backup must not work again",
                    ["portico restore --mark-restored"]
                ),
            ]
        }
    }

    var text: String {
        let parts = steps.map { step in ([step.title + ":"] + step.lines.map { "  " + Table.plain($0) }).joined(separator: "\n") }
        return (parts + [keep.text]).joined(separator: "\n\n")
    }

    var json: JSONValue {
        let described = steps.map { step -> JSONValue in ["title": .string(step.title), "commands": .array(step.lines.map(JSONValue.string))] }
        return ["engine": .string(engine), "made": false, "steps": .array(described), "keep": keep.json]
    }

    static func shellQuoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
