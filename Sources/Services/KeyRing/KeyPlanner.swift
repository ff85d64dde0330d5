internal import Cryptography
internal import Domain
internal import Primitives

/// Decides what a change means for the keys as they are. It touches nothing: the same decision is shown as a plan and made again
/// inside the transaction that applies it.
struct KeyPlanner {
    let records: [SigningKeyRecord]
    let demand: AlgorithmDemand
    let policy: KeyPolicy
    let now: Instant

    func plan(_ change: KeyChange) throws(KeyRingError) -> KeyPlan {
        switch change {
        case .generate(let algorithm): planGeneration(change, algorithm)
        case .activate(let kid, let immediately): planActivation(change, try find(kid), immediately: immediately)
        case .retire(let kid): planRetirement(change, try find(kid))
        case .revoke(let kid, let replace): planRevocation(change, try find(kid), replace: replace)
        }
    }

    private func planGeneration(_ change: KeyChange, _ algorithm: SignatureAlgorithm) -> KeyPlan {
        let staged = records.filter { $0.algorithm == algorithm && $0.state == .staged }
        return KeyPlan(
            change: change,
            steps: [
                "make a new \(algorithm.rawValue) key and publish it, staged",
                "it may sign from \(policy.known(publishedAt: now).words), when every copy of the key set has it",
            ],
            warnings: staged.map { "a staged \(algorithm.rawValue) key exists already: \($0.kid)" },
            refusals: [], actions: [.insert(algorithm, active: false)])
    }

    private func planActivation(_ change: KeyChange, _ key: SigningKeyRecord, immediately: Bool) -> KeyPlan {
        guard key.state == .staged else { return refusal(change, "key \(key.kid) is \(key.state.rawValue); only a staged key can be activated") }
        let known = policy.known(publishedAt: key.publishedAt)
        let isKnown = now >= known
        guard isKnown || immediately else {
            return refusal(
                change, "key \(key.kid) may sign from \(known.words): until then some hold a key set without it and would refuse what it signs")
        }
        let former = active(key.algorithm)
        let warnings = isKnown ? [] : ["until \(known.words) those who keep an older key set without looking again refuse our tokens"]
        return KeyPlan(
            change: change, steps: activationSteps(key.kid, key.algorithm, replacing: former),
            warnings: warnings, refusals: [], actions: (former.map { [.retire($0.kid)] } ?? []) + [.activate(key.kid)])
    }

    private func activationSteps(_ kid: String, _ algorithm: SignatureAlgorithm, replacing former: SigningKeyRecord?) -> [String] {
        var steps: [String] = []
        if let former {
            steps.append("retire \(former.kid): it signs no more and stays published until \(policy.removable(retiredAt: now).words)")
        }
        steps.append("activate \(kid): it signs everything that is \(algorithm.rawValue)")
        return steps
    }

    private func planRetirement(_ change: KeyChange, _ key: SigningKeyRecord) -> KeyPlan {
        switch key.state {
        case .staged:
            return KeyPlan(
                change: change, steps: ["withdraw \(key.kid): it has signed nothing and leaves the key set"], warnings: [], refusals: [],
                actions: [.remove(key.kid)])
        case .active:
            let reasons = demand.reasons(for: key.algorithm)
            guard reasons.isEmpty else { return refusal(change, "\(only(key, reasons)); activate another instead") }
            return KeyPlan(
                change: change,
                steps: ["retire \(key.kid): it signs no more and stays published until \(policy.removable(retiredAt: now).words)"],
                warnings: ["nothing can be signed with \(key.algorithm.rawValue) afterwards"], refusals: [], actions: [.retire(key.kid)])
        case .retired, .revoked: return refusal(change, "key \(key.kid) is \(key.state.rawValue) already")
        }
    }

    private func planRevocation(_ change: KeyChange, _ key: SigningKeyRecord, replace: Bool) -> KeyPlan {
        guard key.state != .revoked else { return refusal(change, "key \(key.kid) is revoked already") }
        let revoking = "revoke \(key.kid): it leaves the key set, and nothing it signed is accepted here any more"
        var warnings = [
            "agencies may go on trusting it until they fetch the key set again: up to \(policy.jwksMaxAge.wholeSeconds) seconds, or longer where they ignore that limit"
        ]
        guard key.state == .active else {
            let warnings = key.state == .staged ? [] : warnings
            return KeyPlan(change: change, steps: [revoking], warnings: warnings, refusals: [], actions: [.revoke(key.kid)])
        }
        let reasons = demand.reasons(for: key.algorithm)
        guard replace || reasons.isEmpty else { return refusal(change, "\(only(key, reasons)); replace it in the same step") }
        warnings.insert("tokens it signed that have not expired are refused at once", at: 0)
        guard replace else { return KeyPlan(change: change, steps: [revoking], warnings: warnings, refusals: [], actions: [.revoke(key.kid)]) }
        return planReplacement(change, of: key, revoking: revoking, warnings: warnings)
    }

    /// The staged key that has been published longest, since most know it; a new one where none is staged.
    private func planReplacement(_ change: KeyChange, of key: SigningKeyRecord, revoking: String, warnings: [String]) -> KeyPlan {
        let staged = records.filter { $0.algorithm == key.algorithm && $0.state == .staged }.min { $0.publishedAt < $1.publishedAt }
        let isKnown = staged.map { now >= policy.known(publishedAt: $0.publishedAt) } ?? false
        let unknown = "until \(policy.known(publishedAt: staged?.publishedAt ?? now).words) those who hold an older key set refuse our new tokens"
        if let staged {
            return KeyPlan(
                change: change, steps: [revoking] + activationSteps(staged.kid, key.algorithm, replacing: nil),
                warnings: warnings + (isKnown ? [] : [unknown]), refusals: [], actions: [.revoke(key.kid), .activate(staged.kid)])
        }
        return KeyPlan(
            change: change, steps: [revoking, "make a new \(key.algorithm.rawValue) key and let it sign at once"],
            warnings: warnings + [unknown], refusals: [], actions: [.revoke(key.kid), .insert(key.algorithm, active: true)])
    }

    private func only(_ key: SigningKeyRecord, _ reasons: [String]) -> String {
        "\(key.kid) is the only active \(key.algorithm.rawValue) key: \(reasons.joined(separator: "; "))"
    }

    private func active(_ algorithm: SignatureAlgorithm) -> SigningKeyRecord? {
        records.first { $0.algorithm == algorithm && $0.state == .active }
    }

    private func find(_ kid: String) throws(KeyRingError) -> SigningKeyRecord {
        guard let record = records.first(where: { $0.kid == kid }) else { throw .unknownKey(kid) }
        return record
    }

    private func refusal(_ change: KeyChange, _ reason: String) -> KeyPlan {
        KeyPlan(change: change, steps: [], warnings: [], refusals: [reason], actions: [])
    }
}
