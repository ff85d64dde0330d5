import ArgumentParser
import KeyRing
import Primitives

/// What every command that changes keys takes, and how it is carried out: planned, shown, and made unless only the plan was asked for.
struct KeyChangeOptions: ParsableArguments {
    @OptionGroup var options: CommonOptions

    @Flag(help: "Show what would happen and change nothing.")
    var dryRun = false

    func carryOut(_ change: ([KeySummary]) throws -> KeyChange) async throws {
        try await options.withAssembly(missing: .refuse) { assembly in
            let now = assembly.timeSource.now()
            let change = try change(try await assembly.keys.list(at: now))
            if dryRun {
                let plan = try await assembly.keys.plan(change, at: now)
                options.show(KeyText.text(of: plan), json: KeyText.json(of: plan))
                if plan.isRefused { throw ExitCode(CommandFailure.Exit.refused.rawValue) }
            } else {
                let outcome = try await assembly.keys.apply(change, at: now)
                options.show(KeyText.text(of: outcome), json: KeyText.json(of: outcome))
            }
        }
    }
}

extension [KeySummary] {
    /// The one key whose id begins with `prefix`.
    func find(_ prefix: String) throws -> String {
        let found = filter { $0.kid.hasPrefix(prefix) }
        if let exact = found.first(where: { $0.kid == prefix }) { return exact.kid }
        guard let only = found.first, !prefix.isEmpty else { throw KeyRingError.unknownKey(prefix) }
        guard found.count == 1 else {
            throw CommandFailure(.refused, "\(found.count) keys begin with \(prefix).", "Give more of the id; `portico keys list` shows it.")
        }
        return only.kid
    }
}
