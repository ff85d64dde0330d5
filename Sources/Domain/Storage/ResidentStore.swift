public import Database
public import Domain
public import Primitives

/// Residents, found by id or by what they sign in with.
public struct ResidentStore<Transaction: SQLReading> {
    let transaction: Transaction

    public func find(_ id: ResidentID) throws(DatabaseError) -> Resident? {
        try transaction.first("SELECT \(residentColumns) FROM resident WHERE id = \(id.rawValue)", readResident)
    }

    /// By the key of a login name, or of an email address. The two never meet: only an address has an `@`.
    public func find(login key: String) throws(DatabaseError) -> Resident? {
        // A key never has a NUL; what a stranger typed may.
        guard !key.utf8.contains(0) else { return nil }
        if key.utf8.contains(UInt8(ascii: "@")) {
            return try transaction.first("SELECT \(residentColumns) FROM resident WHERE email_key = \(key)", readResident)
        }
        return try transaction.first("SELECT \(residentColumns) FROM resident WHERE username_key = \(key)", readResident)
    }

    /// A page in the order of ids, beginning after `after`.
    public func list(after: ResidentID?, limit: Int) throws(DatabaseError) -> [Resident] {
        try transaction.query(
            "SELECT \(residentColumns) FROM resident WHERE id > \(after?.rawValue ?? "") ORDER BY id LIMIT \(max(0, limit))", readResident)
    }

    public func count() throws(DatabaseError) -> Int {
        try transaction.first("SELECT COUNT(*) FROM resident") { row throws(DatabaseError) in try row.int(0) } ?? 0
    }
}

extension ResidentStore where Transaction == WriteTransaction {
    /// - Throws: `uniqueViolation("username")` or `uniqueViolation("email")` where another resident has it.
    public func insert(_ resident: Resident) throws(DatabaseError) {
        _ = try executeNaming(
            """
            INSERT INTO resident (\(residentColumns), username_key, email_key)
            VALUES (\(resident.id.rawValue), \(resident.username.display), \(jsonText(resident.claims.json)), \(resident.state.rawValue),
                \(resident.passwordPHC), \(resident.createdAt), \(resident.updatedAt), \(resident.passwordChangedAt),
                \(resident.username.key), \(resident.claims.email?.key))
            """)
    }

    /// Writes the name, claims, state and time of update; the password has verbs of its own. False where there is no such resident.
    ///
    /// - Throws: as `insert`.
    @discardableResult
    public func update(_ resident: Resident) throws(DatabaseError) -> Bool {
        try executeNaming(
            """
            UPDATE resident SET username_key = \(resident.username.key), username = \(resident.username.display),
                email_key = \(resident.claims.email?.key), claims = \(jsonText(resident.claims.json)),
                state = \(resident.state.rawValue), updated_at = \(resident.updatedAt)
            WHERE id = \(resident.id.rawValue)
            """) == 1
    }

    /// False where there is no such resident, or where the state is that already.
    @discardableResult
    public func setState(_ state: Resident.State, of id: ResidentID, at now: Instant) throws(DatabaseError) -> Bool {
        try transaction.execute(
            """
            UPDATE resident SET state = \(state.rawValue), updated_at = \(now)
            WHERE id = \(id.rawValue) AND state <> \(state.rawValue)
            """) == 1
    }

    /// A new password. With `ifStill`, only where the stored hash is that one. False where nothing was changed.
    @discardableResult
    public func setPassword(
        phc: String, of id: ResidentID, at now: Instant, ifStill old: String? = nil
    ) throws(DatabaseError) -> Bool {
        guard let old else {
            return try transaction.execute(
                "UPDATE resident SET password_phc = \(phc), password_changed_at = \(now) WHERE id = \(id.rawValue)") == 1
        }
        return try transaction.execute(
            """
            UPDATE resident SET password_phc = \(phc), password_changed_at = \(now)
            WHERE id = \(id.rawValue) AND password_phc = \(old)
            """) == 1
    }

    /// The same password under other parameters: when it was changed stays. False where the stored hash is not `old` any more.
    @discardableResult
    public func rehash(phc: String, of id: ResidentID, ifStill old: String) throws(DatabaseError) -> Bool {
        try transaction.execute("UPDATE resident SET password_phc = \(phc) WHERE id = \(id.rawValue) AND password_phc = \(old)") == 1
    }

    /// Runs `statement`, naming what must be unique as the domain does.
    private func executeNaming(_ statement: SQL) throws(DatabaseError) -> Int {
        do throws(DatabaseError) {
            return try transaction.execute(statement)
        } catch {
            switch error {
            case .uniqueViolation(let key) where key.contains("username"): throw .uniqueViolation("username")
            case .uniqueViolation(let key) where key.contains("email"): throw .uniqueViolation("email")
            default: throw error
            }
        }
    }
}

private let residentColumns: SQLFragment = "id, username, claims, state, password_phc, created_at, updated_at, password_changed_at"

private func readResident(_ row: Row) throws(DatabaseError) -> Resident {
    let (name, object) = (try row.text(1), try row.object(2))
    let username: LoginName
    let claims: ResidentClaims
    do throws(DomainError) {
        username = try LoginName(name)
        claims = try ResidentClaims(json: object)
    } catch {
        throw .malformedRow("resident: \(error)")
    }
    return Resident(
        id: try row.residentID(0), username: username, claims: claims, state: try row.value(3, Resident.State.init(rawValue:)),
        passwordPHC: try row.textOrNull(4), createdAt: try row.instant(5), updatedAt: try row.instant(6),
        passwordChangedAt: try row.instantOrNull(7))
}
