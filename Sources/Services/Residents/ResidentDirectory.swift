/// Residents owns accounts and how their owners are let in: adding, importing, disabling, passwords, signing in, sessions, and
/// the delays that make guessing hopeless.
///
/// It does not own what an agency may learn (`Provider`), pages and cookies' attributes (`Web`), the hash itself
/// (`PasswordHashing`) or any SQL (`Storage`). Every change is one transaction with its audit record.
internal import AuditLog
public import Cryptography
public import Database
public import Domain
public import PasswordHashing
public import Primitives
internal import Storage

/// The accounts, as an operator or a help desk works on them.
public struct ResidentDirectory: Sendable {
    let database: Database
    let hasher: PasswordHasher
    let actor: String
    let passwordPolicy: PasswordPolicy

    /// - Parameter actor: who acts, for the audit record: `operator:` and a user name.
    public init(database: Database, hasher: PasswordHasher, actor: String, passwordPolicy: PasswordPolicy = PasswordPolicy()) {
        self.database = database
        self.hasher = hasher
        self.actor = actor
        self.passwordPolicy = passwordPolicy
    }

    /// Adds an account that can sign in at once.
    ///
    /// - Throws: `passwordRefused`, `usernameTaken`, `emailTaken`, `busy`, `hashing`, `database`.
    public func add(_ new: NewResident, password: Secret, at now: Instant) async throws(ResidentError) -> Resident {
        let phc = try await hash(password, username: new.username, email: new.claims.email)
        let resident = new.resident(passwordPHC: phc, at: now)
        try await write { transaction in try insert(resident, kind: .residentAdded, at: now, in: transaction) }
        return resident
    }

    /// The accounts in the order of their ids, from after `id`.
    public func list(after id: ResidentID? = nil, limit: Int = 100) async throws(ResidentError) -> [Resident] {
        try await read { transaction in try transaction.residents.list(after: id, limit: limit) }
    }

    /// Finds an account by username, email address or id.
    public func find(_ text: String) async throws(ResidentError) -> Resident? {
        try await read { transaction in
            if let id = ResidentID(rawValue: text), let resident = try transaction.residents.find(id) { return resident }
            guard let key = SignInName(text).key else { return nil }
            return try transaction.residents.find(login: key)
        }
    }

    /// Ends the account's sessions, revokes what agencies were given, and lets nobody in until it is enabled again.
    ///
    /// - Throws: `unknownResident`; `database`. Disabling twice changes nothing.
    public func disable(_ id: ResidentID, at now: Instant) async throws(ResidentError) {
        try await write { transaction in
            guard try find(id, in: transaction).state != .disabled else { return }
            try transaction.residents.setState(.disabled, of: id, at: now)
            try endEverything(of: id, at: now, in: transaction)
            try record(.residentDisabled, id, at: now, in: transaction)
        }
    }

    public func enable(_ id: ResidentID, at now: Instant) async throws(ResidentError) {
        try await write { transaction in
            guard try find(id, in: transaction).state != .active else { return }
            try transaction.residents.setState(.active, of: id, at: now)
            try record(.residentEnabled, id, at: now, in: transaction)
        }
    }

    /// Sets a new password, ends every session and revokes what agencies were given: whoever knew the old one is out.
    public func setPassword(_ password: Secret, of id: ResidentID, at now: Instant) async throws(ResidentError) {
        let resident = try await read { transaction in try find(id, in: transaction) }
        let phc = try await hash(password, username: resident.username, email: resident.claims.email)
        try await write { transaction in
            let current = try find(id, in: transaction)
            guard try transaction.residents.setPassword(phc: phc, of: id, at: now, ifStill: current.passwordPHC) else {
                throw ResidentError.unknownResident
            }
            try endEverything(of: id, at: now, in: transaction)
            try record(.residentPasswordChanged, id, at: now, in: transaction)
        }
    }

    /// A password of 108 random bits that is easy to read out and to type.
    public static func generatePassword() -> Secret { GeneratedPassword.make() }
}

/// An account to be added: what is known of the person, already checked.
public struct NewResident: Sendable {
    public let username: LoginName
    public let claims: ResidentClaims

    public init(username: LoginName, claims: ResidentClaims = .none) {
        self.username = username
        self.claims = claims
    }

    /// - Parameter claims: members by their OpenID Connect names (Core §5.1). A member that is no claim is refused by name, so that a
    ///   slip of the pen is found.
    public init(username: String, claims: JSONObject) throws(ResidentError) {
        for name in claims.names where !ResidentClaims.names.contains(name) {
            throw .invalid(DomainError(name, "is not a claim that is kept"))
        }
        do throws(DomainError) {
            self.init(username: try LoginName(username), claims: try ResidentClaims(json: claims))
        } catch {
            throw .invalid(error)
        }
    }

    func resident(passwordPHC: String?, at now: Instant, updatedAt: Instant? = nil) -> Resident {
        Resident(
            id: .random(), username: username, claims: claims, state: .active, passwordPHC: passwordPHC, createdAt: now,
            updatedAt: updatedAt ?? now, passwordChangedAt: passwordPHC == nil ? nil : now)
    }
}

extension ResidentDirectory {
    func hash(_ password: Secret, username: LoginName, email: EmailAddress?) async throws(ResidentError) -> String {
        let accepted = try passwordPolicy.accept(password, username: username, email: email)
        do { return try await hasher.hash(accepted).phc } catch { throw ResidentError(error) }
    }

    /// Looks before it writes, since a violated constraint would end the whole transaction on some engines.
    func insert(_ resident: Resident, kind: AuditKind, at now: Instant, in transaction: WriteTransaction) throws {
        guard try transaction.residents.find(login: resident.username.key) == nil else { throw ResidentError.usernameTaken }
        if let email = resident.claims.email, try transaction.residents.find(login: email.key) != nil { throw ResidentError.emailTaken }
        try transaction.residents.insert(resident)
        try record(kind, resident.id, at: now, in: transaction)
    }

    private func find(_ id: ResidentID, in transaction: some SQLReading) throws -> Resident {
        guard let resident = try transaction.residents.find(id) else { throw ResidentError.unknownResident }
        return resident
    }

    // OWASP ASVS 7.4.2: an account that is disabled has no session left.
    private func endEverything(of id: ResidentID, at now: Instant, in transaction: WriteTransaction) throws {
        try transaction.sessions.endAll(of: id, at: now)
        try transaction.grants.revokeAll(of: id, at: now)
    }

    private func record(_ kind: AuditKind, _ id: ResidentID, at now: Instant, in transaction: WriteTransaction) throws {
        try transaction.record(AuditEvent(at: now, kind: kind, actor: actor, residentID: id))
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (ReadTransaction) throws -> T) async throws(ResidentError) -> T {
        try await database.reading(body)
    }

    @discardableResult
    func write<T: Sendable>(_ body: @escaping @Sendable (WriteTransaction) throws -> T) async throws(ResidentError) -> T {
        try await database.writing(body)
    }
}
