internal import AuditLog
internal import Cryptography
public import Database
internal import Domain
internal import JOSE
public import Primitives
internal import Storage

/// What security staff do with the keys. Each change is one transaction of new states, audit records and the epoch by which
/// running servers notice: a process killed in the middle leaves the keys as they were.
public struct KeyAdministration: Sendable {
    private let database: Database
    private let masterKey: MasterKey
    private let policy: KeyPolicy
    private let actor: String

    /// - Parameter operator: the person's user name on this machine; recorded as `operator:NAME`.
    public init(database: Database, masterKey: MasterKey, policy: KeyPolicy, operator name: String) {
        self.database = database
        self.masterKey = masterKey
        self.policy = policy
        actor = "operator:\(name)"
    }

    /// Every key, the active ones first, then staged, retired and revoked; within a state the newest first.
    public func list(at now: Instant) async throws -> [KeySummary] {
        let (records, demand) = try await database.read { transaction in
            (try transaction.signingKeys.all(), try AlgorithmDemand(transaction))
        }
        return records.map { KeySummary($0, policy: policy, demand: demand) }.sorted { $0.comesBefore($1) }
    }

    /// What the change would do. Nothing is changed.
    ///
    /// - Throws: `unknownKey`; `DatabaseError`. A refusal is part of the plan, not an error.
    public func plan(_ change: KeyChange, at now: Instant) async throws -> KeyPlan {
        let policy = policy
        return try await database.read { transaction in
            try KeyPlanner(transaction, policy: policy, now: now).plan(change)
        }
    }

    /// Decides again on the keys as they are now, and makes the change.
    ///
    /// - Throws: `refused` with the plan's reasons, `unknownKey`, `wrongMasterKey`, `damaged`; `DatabaseError`.
    public func apply(_ change: KeyChange, at now: Instant) async throws -> KeyOutcome {
        let fresh = try await prepare(change, at: now)
        return try await database.write { transaction in try perform(change, fresh: fresh, at: now, in: transaction) }
    }

    /// Removes retired keys that nothing unexpired was signed with.
    ///
    /// - Returns: their ids.
    public func removeOutdated(at now: Instant) async throws -> [String] {
        try await database.write { transaction in
            let outdated = try transaction.signingKeys.all().filter { record in
                record.state == .retired && record.retiredAt.map { policy.removable(retiredAt: $0) <= now } ?? false
            }
            for record in outdated { try remove(record, at: now, in: transaction) }
            if !outdated.isEmpty { try transaction.epochs.advance(.keys) }
            return outdated.map(\.kid)
        }
    }

    /// The published key set, or one key whatever its state: public members only.
    public func exportPublic(kid: String? = nil) async throws -> JSONValue {
        let records = try await database.read { transaction in try transaction.signingKeys.all() }
        if let kid {
            guard let record = records.first(where: { $0.kid == kid }) else { throw KeyRingError.unknownKey(kid) }
            return .object(try record.checkedPublicKey().json)
        }
        var keys: [JSONValue] = []
        for record in records where record.state != .revoked { keys.append(.object(try record.checkedPublicKey().json)) }
        return .object(["keys": .array(keys)])
    }

    /// Makes the new key that the change may need, outside the transaction: an RSA key takes a while.
    private func prepare(_ change: KeyChange, at now: Instant) async throws -> FreshKey? {
        for case .insert(let algorithm, _) in try await plan(change, at: now).actions {
            return try FreshKey(algorithm, sealedBy: masterKey)
        }
        return nil
    }

    func perform(_ change: KeyChange, fresh: FreshKey?, at now: Instant, in transaction: WriteTransaction) throws -> KeyOutcome {
        try masterKey.prove(against: try transaction.sealedSecrets.find(RingSecrets.Name.check.rawValue))
        let planner = try KeyPlanner(transaction, policy: policy, now: now)
        let plan = try planner.plan(change)
        guard !plan.isRefused else { throw KeyRingError.refused(plan.refusals) }
        var created: [CreatedKey] = []
        for action in plan.actions {
            if let key = try perform(action, fresh: fresh, records: planner.records, at: now, in: transaction) { created.append(key) }
        }
        try transaction.epochs.advance(.keys)
        return KeyOutcome(steps: plan.steps, warnings: plan.warnings, created: created)
    }

    private func perform(
        _ action: KeyAction, fresh: FreshKey?, records: [SigningKeyRecord], at now: Instant, in transaction: WriteTransaction
    ) throws -> CreatedKey? {
        func record(_ kid: String) throws(KeyRingError) -> SigningKeyRecord {
            guard let record = records.first(where: { $0.kid == kid }) else { throw .unknownKey(kid) }
            return record
        }
        switch action {
        case .insert(let algorithm, let active): return try insert(fresh, algorithm, active: active, at: now, in: transaction)
        case .activate(let kid):
            // The private half is proved before anyone depends on it.
            _ = try record(kid).checkedPrivateKey(masterKey)
            try move(try record(kid), to: .active, .keyActivated, at: now, in: transaction)
        case .retire(let kid): try move(try record(kid), to: .retired, .keyRetired, at: now, in: transaction)
        case .revoke(let kid): try move(try record(kid), to: .revoked, .keyRevoked, at: now, in: transaction)
        case .remove(let kid): try remove(try record(kid), at: now, in: transaction)
        }
        return nil
    }

    private func insert(
        _ fresh: FreshKey?, _ algorithm: SignatureAlgorithm, active: Bool, at now: Instant, in transaction: WriteTransaction
    ) throws -> CreatedKey {
        // Another operator's change came between the plan and the transaction, and what was prepared no longer fits.
        guard let fresh, fresh.algorithm == algorithm else { throw KeyRingError.refused(["the keys have just changed; look at the plan again"]) }
        try transaction.signingKeys.insert(fresh.record(state: active ? .active : .staged, at: now))
        try transaction.record(
            .key(.keyGenerated, fresh.kid, algorithm, by: actor, at: now, detail: ["state": active ? "active" : "staged"]))
        return CreatedKey(kid: fresh.kid, algorithm: algorithm, isActive: active)
    }

    private func move(
        _ record: SigningKeyRecord, to state: KeyState, _ kind: AuditKind, at now: Instant, in transaction: WriteTransaction
    ) throws {
        guard try transaction.signingKeys.setState(record.kid, to: state, at: now, from: [record.state]) else {
            throw KeyRingError.refused(["key \(record.kid) is no longer \(record.state.rawValue)"])
        }
        try transaction.record(.key(kind, record.kid, record.algorithm, by: actor, at: now, detail: ["from": .string(record.state.rawValue)]))
    }

    private func remove(_ record: SigningKeyRecord, at now: Instant, in transaction: WriteTransaction) throws {
        try transaction.signingKeys.remove(record.kid)
        try transaction.record(.key(.keyRemoved, record.kid, record.algorithm, by: actor, at: now, detail: ["from": .string(record.state.rawValue)]))
    }
}

extension KeyPlanner {
    init(_ transaction: some SQLReading, policy: KeyPolicy, now: Instant) throws(DatabaseError) {
        self.init(
            records: try transaction.signingKeys.all(), demand: try AlgorithmDemand(transaction), policy: policy, now: now)
    }
}
