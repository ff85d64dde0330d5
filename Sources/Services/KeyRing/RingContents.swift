internal import AuditLog
public import Cryptography
public import Database
internal import Domain
internal import Primitives
internal import Storage

/// What the database holds of the ring, read in one transaction.
struct RingContents: Sendable {
    let records: [SigningKeyRecord]
    let secrets: [RingSecrets.Name: [UInt8]]
    let epoch: Int64

    init(_ transaction: some SQLReading) throws {
        epoch = try Self.epoch(transaction)
        records = try transaction.signingKeys.all()
        var secrets: [RingSecrets.Name: [UInt8]] = [:]
        for name in RingSecrets.Name.allCases { secrets[name] = try transaction.sealedSecrets.find(name.rawValue) }
        self.secrets = secrets
    }

    static func epoch(_ transaction: some SQLReading) throws(DatabaseError) -> Int64 {
        try transaction.epochs.current()[.keys] ?? 0
    }

    /// Proves the master key, then the keys, then that what every provider needs is there.
    func snapshot(masterKey: MasterKey, policy: KeyPolicy) throws(KeyRingError) -> KeySnapshot {
        try masterKey.prove(against: secrets[.check])
        let snapshot = try KeySnapshot(records: records, epoch: epoch, masterKey: masterKey, policy: policy)
        for algorithm in AlgorithmDemand.always where snapshot.signer(algorithm) == nil { throw .noActiveKey(algorithm) }
        return snapshot
    }
}

extension MasterKey {
    /// - Throws: `notEstablished` where nothing was ever sealed here, `wrongMasterKey` where it was sealed under another key.
    func prove(against check: [UInt8]?) throws(KeyRingError) {
        guard let check else { throw .notEstablished }
        guard open(check, as: .secret(.check)) != nil else { throw .wrongMasterKey }
    }
}

extension KeyRing {
    /// Whether something was sealed in this database, so that only one master key opens it.
    public static func isEstablished(in database: Database) async throws -> Bool {
        try await database.read { transaction in try transaction.sealedSecrets.find(RingSecrets.Name.check.rawValue) != nil }
    }

    /// What tells this database, and every copy of it, from all others: the digest of a secret that is sealed once. Nil where none was sealed yet.
    public static func fingerprint(of database: Database) async throws -> TokenDigest? {
        let check = try await database.read { transaction in try transaction.sealedSecrets.find(RingSecrets.Name.check.rawValue) }
        return check.map { TokenDigest(bytes: Digest.sha256.hash($0)) }
    }

    /// Makes what is missing. Of two servers that start at once on a new database one makes the ring and the other finds it.
    static func establish(_ database: Database, masterKey: MasterKey, at now: Instant) async throws -> [CreatedKey] {
        let contents = try await database.read { transaction in try RingContents(transaction) }
        if contents.secrets[.check] != nil { try masterKey.prove(against: contents.secrets[.check]) }
        let missing = RingSecrets.Name.allCases.filter { contents.secrets[$0] == nil }
        if missing.isEmpty, !contents.records.isEmpty { return [] }
        let founding = try RingFounding(
            secrets: missing, algorithms: contents.records.isEmpty ? AlgorithmDemand.always : [], masterKey: masterKey)
        return try await database.write { transaction in try founding.perform(in: transaction, at: now) }
    }
}

/// The first secrets and keys, made and sealed before the transaction that stores them.
struct RingFounding: Sendable {
    private let masterKey: MasterKey
    private let secrets: [(name: RingSecrets.Name, sealed: [UInt8])]
    private let keys: [FreshKey]

    init(secrets names: [RingSecrets.Name], algorithms: [SignatureAlgorithm], masterKey: MasterKey) throws(KeyRingError) {
        var secrets: [(name: RingSecrets.Name, sealed: [UInt8])] = []
        for name in names { secrets.append((name, try masterKey.seal(.random(RingSecrets.Name.length), as: .secret(name)))) }
        var keys: [FreshKey] = []
        for algorithm in algorithms { keys.append(try FreshKey(algorithm, sealedBy: masterKey)) }
        self.masterKey = masterKey
        self.secrets = secrets
        self.keys = keys
    }

    /// Stores what nobody stored in the meantime. The first keys are active at once: no copy of an older key set exists anywhere.
    func perform(in transaction: WriteTransaction, at now: Instant) throws -> [CreatedKey] {
        for secret in secrets { _ = try transaction.sealedSecrets.insertIfAbsent(secret.name.rawValue, secret.sealed) }
        try masterKey.prove(against: try transaction.sealedSecrets.find(RingSecrets.Name.check.rawValue))
        guard try transaction.signingKeys.all().isEmpty else { return [] }
        for key in keys {
            try transaction.signingKeys.insert(key.record(state: .active, at: now))
            try transaction.record(.key(.keyGenerated, key.kid, key.algorithm, by: "system", at: now, detail: ["state": "active"]))
        }
        try transaction.epochs.advance(.keys)
        return keys.map { CreatedKey(kid: $0.kid, algorithm: $0.algorithm, isActive: true) }
    }
}

extension AuditEvent {
    static func key(
        _ kind: AuditKind, _ kid: String, _ algorithm: SignatureAlgorithm, by actor: String, at now: Instant, detail: JSONObject = [:]
    ) -> AuditEvent {
        var full: JSONObject = ["kid": .string(kid), "alg": .string(algorithm.rawValue)]
        for member in detail.members { full[member.name] = member.value }
        return AuditEvent(
            at: now, kind: kind, actor: actor, residentID: nil, clientID: nil, sessionReference: nil, reference: nil, detail: full)
    }
}
