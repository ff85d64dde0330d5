import AuditLog
import Domain
import Primitives
import Recovery

/// What a restore undoes, and how it is done again.
enum UndoneText {
    static func lines(of work: UndoneWork) -> [String] {
        var lines: [String] = [""]
        if work.events.isEmpty {
            lines.append("Since the backup nothing was taken away from anybody that this gives back.")
        } else {
            lines.append("Done since the backup and undone by this restore. Do it again, or it stays undone:")
            var table = Table("TIME", "EVENT", "BY", "DO AGAIN")
            for event in work.events { table.add(TimeText.second(event.at), event.kind.rawValue, event.actor, remedy(for: event)) }
            lines.append(table.text(styled: Terminal.isStyled))
            if work.unlisted > 0 { lines.append("… and \(work.unlisted) more of these: the record of the former database has them all.") }
        }
        if !work.others.isEmpty {
            lines += ["", "Also gone:"] + work.others.map { "  \(Table.plain($0.kind))  \($0.count)" }
        }
        return lines
    }

    static func json(of work: UndoneWork) -> JSONValue {
        let events = work.events.map { event -> JSONValue in
            [
                "at": .integer(event.at.secondsSince1970), "kind": .string(event.kind.rawValue), "actor": .string(event.actor),
                "resident": event.residentID.map { .string($0.rawValue) } ?? .null, "client": event.clientID.map { .string($0.rawValue) } ?? .null,
                "detail": .object(event.detail), "remedy": .string(remedy(for: event)),
            ]
        }
        var others = JSONObject()
        for other in work.others { others[other.kind] = .integer(Int64(other.count)) }
        return ["events": .array(events), "unlisted": .integer(Int64(work.unlisted)), "others": .object(others)]
    }

    private static func remedy(for event: AuditEvent) -> String {
        let resident = event.residentID?.rawValue ?? "RESIDENT"
        let client = event.clientID?.rawValue ?? "CLIENT"
        switch event.kind {
        case .keyRevoked: return "portico keys revoke \(event.detail["kid"]?.stringValue ?? "KID") --replace"
        case .residentDisabled: return "portico residents disable \(resident)"
        case .residentPasswordChanged: return "portico residents set-password \(resident)   (the former password works again)"
        case .clientRemoved: return "portico clients remove \(client)"
        case .clientSecretRotated: return "portico clients rotate-secret \(client)   (the former secret works again)"
        default: return "portico clients show \(client)   (compare with what it should be)"
        }
    }
}
