internal import Cryptography
internal import Domain
internal import Primitives
internal import Storage

/// Decides which counters an attempt counts in, and whether it must wait.
///
/// A counter is a row of a table with a fixed number of rows; its number is a keyed hash, so that strangers can neither make the
/// table grow nor aim at the row of someone else. Each kind of counter has a quarter of the rows to itself: counters of known browsers
/// share theirs with nothing that a stranger can write.
struct Throttle: Sendable {
    let policy: ThrottlePolicy
    let key: Secret

    enum Kind: UInt8, Sendable, CaseIterable {
        case nameFromAddress, name, address, knownBrowser
    }

    struct Counter: Sendable {
        let kind: Kind
        let bucket: Int
        let rule: ThrottlePolicy.Rule
    }

    /// The same counters whether or not the name is anybody's. A browser that this resident used before has one of its own and is
    /// not asked about others' failures.
    func counters(name: SignInName, address: String, knownBrowser: (id: [UInt8], resident: ResidentID)?) -> [Counter] {
        if let knownBrowser {
            return [counter(.knownBrowser, policy.knownBrowser, Array(knownBrowser.resident.rawValue.utf8), knownBrowser.id)]
        }
        let address = Array(address.utf8)
        return [
            counter(.nameFromAddress, policy.nameFromAddress, name.counted, address), counter(.name, policy.name, name.counted),
            counter(.address, policy.address, address),
        ]
    }

    /// How long the attempt must wait; nil where it is looked at now.
    func delay(_ counters: [Counter], stored: [FailureCounter], at now: Instant) -> Duration? {
        let waits = counters.compactMap { counter -> Duration? in
            guard let failures = stored.first(where: { $0.bucket == counter.bucket }) else { return nil }
            let passed = now.since(failures.lastFailureAt)
            guard passed < counter.rule.memory else { return nil }
            let delay = counter.rule.delay(after: failures.count)
            // A clock that was set back makes nobody wait longer than the whole delay.
            let remaining = min(delay - passed, delay)
            return remaining > .zero ? remaining : nil
        }
        return waits.max()
    }

    private func counter(_ kind: Kind, _ rule: ThrottlePolicy.Rule, _ parts: [UInt8]...) -> Counter {
        var message = [kind.rawValue]
        for part in parts {
            // Lengths keep ("ab", "c") and ("a", "bc") apart.
            message += (0..<4).map { UInt8(truncatingIfNeeded: part.count >> (8 * $0)) } + part
        }
        let number = HMAC.authenticate(message, key: key).prefix(4).reduce(0) { $0 << 8 | Int($1) }
        return Counter(kind: kind, bucket: Int(kind.rawValue) * Self.share + number % Self.share, rule: rule)
    }

    /// All rows of the table.
    static let bucketCount = 1 << 18
    private static let share = bucketCount / Kind.allCases.count
}
