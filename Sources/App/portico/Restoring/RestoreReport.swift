import Domain
import KeyRing
import Primitives
import Recovery

/// What a restore did, or would do, and what staff must see to afterwards; for people and for machines.
struct RestoreReport {
    /// Where a backup came from and went to. Nil where the database was brought back by other means.
    struct Place {
        let file: String
        let database: String
        let schemaVersion: Int
        /// The former database's new name.
        let keptAs: String?
    }

    /// What the former database says was done since the backup.
    enum Undone {
        case known(UndoneWork)
        case unreadable(String)
    }

    let state: RestoredState
    let keys: [KeySummary]
    let isDryRun: Bool
    var place: Place?
    var undone: Undone?
    var refusals: [String] = []
    var markedAt: Instant?

    init(state: RestoredState, keys: [KeySummary], isDryRun: Bool) {
        self.state = state
        self.keys = keys.filter { $0.state == .active || $0.state == .staged }
        self.isDryRun = isDryRun
    }

    var isRefused: Bool { !refusals.isEmpty }

    private var steps: [String] {
        var steps: [String] = []
        if let place {
            steps.append("\(place.file) takes the place of \(place.database); its schema version is \(place.schemaVersion)")
            if let aside = place.keptAs { steps.append("the former database is kept as \(aside)") }
        }
        let end = markedAt.map { "up to \(TimeText.second($0))" } ?? "up to then"
        return steps + [
            "every session begun \(end) ends, and every grant given \(end) is revoked, with its codes and tokens: residents sign in again",
            "clients that prove themselves with assertions are refused those made before; those of clients that send no iat for up to an hour",
            "residents, what they allowed agencies, agencies and keys are as they were at the backup's last event: \(state.end.map { TimeText.second($0.at) } ?? "none")",
        ]
    }

    // MARK: For people

    var text: String {
        let verdict = isRefused ? "This would be refused:" : isDryRun ? "This would happen; nothing was changed:" : "Done:"
        var lines = [verdict]
        lines += refusals.map { "  - " + $0 }
        if isRefused { lines.append("Otherwise this would happen:") }
        lines += steps.map { "  - " + Table.plain($0) }
        lines.append("")
        lines.append("These keys sign or are about to. One that was revoked after the backup is trusted again; revoke it anew:")
        lines.append(KeyText.table(of: keys))
        lines += undoneLines
        if !isDryRun, place != nil { lines += ["", "Start the server. When all is well, remove what was kept aside as carefully as a backup."] }
        return lines.joined(separator: "\n")
    }

    private var undoneLines: [String] {
        switch undone {
        case nil:
            return [
                "",
                "What was done since the backup is not known here: look through your own notes for revoked keys, disabled residents and removed agencies.",
            ]
        case .unreadable(let cause):
            return ["", "What was done since the backup cannot be read from the former database: \(Table.plain(cause))."]
        case .known(let work) where work.isEmpty: return ["", "Nothing was done since the backup."]
        case .known(let work): return UndoneText.lines(of: work)
        }
    }

    // MARK: For machines

    var json: JSONValue {
        var object: JSONObject = [
            "dry_run": .bool(isDryRun), "refused": .bool(isRefused), "refusals": strings(refusals), "steps": strings(steps),
            "restored_at": markedAt.map { .integer($0.secondsSince1970) } ?? .null,
            "last_event_at": state.end.map { .integer($0.at.secondsSince1970) } ?? .null, "keys": .array(keys.map(KeyText.json)),
        ]
        if let place {
            object["file"] = .string(place.file)
            object["database"] = .string(place.database)
            object["schema_version"] = .integer(Int64(place.schemaVersion))
            object["kept_as"] = place.keptAs.map(JSONValue.string) ?? .null
        }
        if case .known(let work) = undone { object["undone"] = UndoneText.json(of: work) } else { object["undone"] = .null }
        return .object(object)
    }

    private func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}
