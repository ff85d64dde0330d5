import Cryptography
import KeyRing
import Primitives

/// Keys, plans and outcomes for people and for machines.
enum KeyText {
    static func table(of keys: [KeySummary]) -> String {
        var table = Table("KID", "ALGORITHM", "STATE", "SINCE", "NOTE")
        for key in keys { table.add(key.kid, key.algorithm.rawValue, key.state.rawValue, TimeText.second(since(key)), note(key)) }
        return table.text(styled: Terminal.isStyled)
    }

    private static func since(_ key: KeySummary) -> Instant {
        switch key.state {
        case .staged: key.publishedAt
        case .active: key.activatedAt ?? key.publishedAt
        case .retired: key.retiredAt ?? key.publishedAt
        case .revoked: key.revokedAt ?? key.publishedAt
        }
    }

    private static func note(_ key: KeySummary) -> String {
        if let time = key.activatableFrom { return "may be activated from \(TimeText.second(time))" }
        if let time = key.removableFrom { return "published until \(TimeText.second(time))" }
        return key.neededBy.joined(separator: "; ")
    }

    static func json(_ key: KeySummary) -> JSONValue {
        var object: JSONObject = ["kid": .string(key.kid), "algorithm": .string(key.algorithm.rawValue), "state": .string(key.state.rawValue)]
        let times = [
            ("created_at", key.createdAt), ("published_at", key.publishedAt), ("activated_at", key.activatedAt), ("retired_at", key.retiredAt),
            ("revoked_at", key.revokedAt), ("activatable_from", key.activatableFrom), ("removable_from", key.removableFrom),
        ]
        for (name, time) in times { object[name] = time.map { .integer($0.secondsSince1970) } ?? .null }
        object["needed_by"] = .array(key.neededBy.map(JSONValue.string))
        return .object(object)
    }

    static func text(of plan: KeyPlan) -> String {
        let verdict = plan.isRefused ? "This would be refused:" : "This would happen; nothing was changed:"
        return ([verdict] + marked("-", plan.isRefused ? plan.refusals : plan.steps) + marked("!", plan.warnings)).joined(separator: "\n")
    }

    static func json(of plan: KeyPlan) -> JSONValue {
        [
            "dry_run": true, "refused": .bool(plan.isRefused), "refusals": strings(plan.refusals), "steps": strings(plan.steps),
            "warnings": strings(plan.warnings),
        ]
    }

    static func text(of outcome: KeyOutcome) -> String {
        let created = outcome.created.map { "\($0.kid) (\($0.algorithm.rawValue), \($0.isActive ? "active" : "staged"))" }
        return (["Done:"] + marked("-", outcome.steps) + marked("!", outcome.warnings) + marked("+", created)).joined(separator: "\n")
    }

    static func json(of outcome: KeyOutcome) -> JSONValue {
        let created = outcome.created.map { key -> JSONValue in
            ["kid": .string(key.kid), "algorithm": .string(key.algorithm.rawValue), "state": key.isActive ? "active" : "staged"]
        }
        return ["dry_run": false, "steps": strings(outcome.steps), "warnings": strings(outcome.warnings), "created": .array(created)]
    }

    private static func marked(_ mark: String, _ lines: [String]) -> [String] { lines.map { "  \(mark) \($0)" } }
    private static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }
}
