import Primitives

/// What one check found, and what to do about it.
struct Finding: Sendable, Hashable {
    enum State: String, Sendable, Comparable {
        case ok, warn, fail

        static func < (left: State, right: State) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warn: 1
            case .fail: 2
            }
        }
    }

    /// A stable name, such as `keys.master-file`.
    let check: String
    let state: State
    let found: String
    /// Nil where nothing needs to be done.
    let remedy: String?

    static func ok(_ check: String, _ found: String) -> Finding { Finding(check: check, state: .ok, found: found, remedy: nil) }

    static func warn(_ check: String, _ found: String, _ remedy: String) -> Finding {
        Finding(check: check, state: .warn, found: found, remedy: remedy)
    }

    static func fail(_ check: String, _ found: String, _ remedy: String) -> Finding {
        Finding(check: check, state: .fail, found: found, remedy: remedy)
    }
}

extension [Finding] {
    var worst: Finding.State { map(\.state).max() ?? .ok }

    /// A table, and below it what to do, the worst first.
    func text(styled: Bool) -> String {
        var table = Table("CHECK", "STATE", "FOUND")
        for finding in self { table.add(finding.check, finding.state.rawValue, finding.found) }
        let remedies = [Finding.State.fail, .warn].flatMap { state in
            filter { $0.state == state }.map { "  \(state.rawValue)  \($0.check): \(Table.plain($0.remedy ?? ""))" }
        }
        let summary = remedies.isEmpty ? ["", "All is well."] : ["", "What to do:"] + remedies
        return ([table.text(styled: styled)] + summary).joined(separator: "\n")
    }

    var json: JSONValue {
        let findings = map { finding -> JSONValue in
            [
                "check": .string(finding.check), "state": .string(finding.state.rawValue), "found": .string(finding.found),
                "remedy": finding.remedy.map(JSONValue.string) ?? .null,
            ]
        }
        return ["state": .string(worst.rawValue), "findings": .array(findings)]
    }
}
