import KeyRing
import Primitives

/// Whether the signing keys can do their work, and are moved on.
enum KeyChecks {
    private static let oldest = Duration.days(365)
    private static let longestStaged = Duration.days(30)
    /// Housekeeping looks once a minute.
    private static let overdue = Duration.hours(1)

    /// - Parameter problem: why the ring does not open; nil where it does.
    static func ring(_ problem: KeyRingError?) -> Finding {
        switch problem {
        case nil: .ok("keys.ring", "the master key opens everything that is sealed, and every active key signs")
        case .wrongMasterKey?: .fail("keys.ring", "\(KeyRingError.wrongMasterKey)", "Put back the master key that belongs to this database.")
        case .masterKey?: .fail("keys.ring", "not opened: the master key file cannot be used", "See keys.master-file.")
        case .notEstablished?: .fail("keys.ring", "\(KeyRingError.notEstablished)", "Start `portico serve` once.")
        case let problem?:
            .fail("keys.ring", "\(problem)", "Where a key is missing, generate and activate one; where something is damaged, restore a backup.")
        }
    }

    static func missing(_ missing: [(algorithm: String, neededBy: [String])]) -> [Finding] {
        if missing.isEmpty { return [.ok("keys.active", "every algorithm that somebody needs has an active key")] }
        return missing.map { algorithm, reasons in
            .fail(
                "keys.active", "no \(algorithm) key is active: \(reasons.joined(separator: "; "))",
                "Run `portico keys generate \(algorithm)`, then `portico keys activate KID --immediately`.")
        }
    }

    static func ages(_ keys: [KeySummary], now: Instant) -> [Finding] {
        let findings = keys.compactMap { age($0, now: now) }
        return findings.isEmpty ? [.ok("keys.age", "no key is due for a change")] : findings
    }

    private static func age(_ key: KeySummary, now: Instant) -> Finding? {
        let name = "\(key.algorithm.rawValue) key \(key.kid)"
        switch key.state {
        case .active:
            guard let since = key.activatedAt, now.since(since) > oldest else { return nil }
            return .warn(
                "keys.age", "\(name) has signed since \(TimeText.second(since))",
                "Rotate it: `portico keys generate \(key.algorithm.rawValue)`, and `portico keys activate` when the list says so.")
        case .staged:
            guard let from = key.activatableFrom, now.since(from) > longestStaged else { return nil }
            return .warn(
                "keys.age", "\(name) could sign since \(TimeText.second(from)) and does not",
                "Run `portico keys activate \(key.kid)`, or `portico keys retire \(key.kid)` to withdraw it.")
        case .retired:
            guard let from = key.removableFrom, now.since(from) > overdue else { return nil }
            return .warn(
                "keys.age", "\(name) should have been removed at \(TimeText.second(from))",
                "A running server does it within a minute: see that one runs.")
        case .revoked: return nil
        }
    }
}
