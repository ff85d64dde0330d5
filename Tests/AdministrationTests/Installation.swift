import Administration
import Database
import EngineFixture
import Storage
import Testing

extension Engine {
    /// An empty database with the current schema.
    func open() async throws -> Database {
        let database = try openEmpty()
        try await database.migrate(Schema.migrations)
        return database
    }

    /// A database with rows in every table, among them whatever is easily lost on the way: the empty, the absent, the greatest, the odd.
    func openInstallation(named name: String = "here") async throws -> Database {
        let database = try await open()
        try await database.write { try Installation(name: name).insert(in: $0) }
        return database
    }

    /// From one engine to the other and back; where only SQLite takes part in this run, from one file to another.
    static var journeys: [(from: Engine, to: Engine)] {
        allCases.contains(.postgres) ? [(.sqlite, .postgres), (.postgres, .sqlite)] : [(.sqlite, .sqlite)]
    }
}

/// Rows of every table.
struct Installation {
    let name: String

    private static let residents = ["", "B", "a", "ab", "e\u{301}", "é", "r_1", "r_2", "\u{FFFD}", "\u{1F642}"]
    private static let clients = ["c", "city-permits", "ü"]

    func insert(in transaction: WriteTransaction) throws(DatabaseError) {
        try insertPeople(in: transaction)
        try insertGrants(in: transaction)
        try insertSystem(in: transaction)
    }

    private func insertPeople(in transaction: WriteTransaction) throws(DatabaseError) {
        let residents = Self.residents.enumerated().map { index, id -> [SQLValue] in
            [
                .text(id), .text("key \(index)"), .text("Name 🙂 \(id)"), index.isMultiple(of: 2) ? .null : .text("mail \(index)"),
                .text("{\"note\":\"\\\\ \\t ' \u{2028}\"}"), .text("active"), index == 0 ? .text("") : .null, .integer(.min), .integer(0),
                .integer(.max),
            ]
        }
        try transaction.insert(
            residents, into: "resident",
            [
                "id", "username_key", "username", "email_key", "claims", "state", "password_phc", "created_at", "updated_at", "password_changed_at",
            ])
        try transaction.insert(
            Self.clients.map { [.text($0), .text("{}"), $0 == "c" ? .null : .blob([UInt8](repeating: 0, count: 32)), .integer(1), .integer(2)] },
            into: "client", ["id", "metadata", "secret_digest", "created_at", "updated_at"])
        let consents = Self.residents.flatMap { resident in
            Self.clients.map { [SQLValue.text(resident), .text($0), .text(""), .text("email"), .text("[]"), .integer(1), .integer(2), .integer(3)] }
        }
        try transaction.insert(
            consents, into: "consent",
            ["resident_id", "client_id", "scope", "declined", "claim_names", "granted_at", "updated_at", "last_used_at"])
    }

    private func insertGrants(in transaction: WriteTransaction) throws(DatabaseError) {
        for (index, resident) in Self.residents.enumerated() {
            let (digest, grant) = (digest(index), "g\(index)")
            try transaction.execute(
                """
                INSERT INTO session (digest, resident_id, created_at, auth_time, last_seen_at, idle_expires_at, expires_at, ended_at, kept_until,
                    acr, amr, user_agent, browser_digest)
                VALUES (\(digest), \(resident), 1, 2, 3, 4, 5, \(index == 3 ? 6 : Int?.none), \(Int64.max), '', '[]', '', \(digest))
                """)
            try transaction.execute(
                """
                INSERT INTO access_grant (id, resident_id, client_id, session_digest, scope, claims, nonce, auth_time, acr, amr, created_at,
                    expires_at, revoked_at, is_offline)
                VALUES (\(grant), \(resident), 'ü', \(index == 4 ? [UInt8]?.none : digest), '', '{}', \(index == 5 ? "" : String?.none), 1, '', '[]', 2,
                    3, NULL, \(index == 4))
                """)
            try transaction.execute(
                """
                INSERT INTO authorization_code (digest, grant_id, client_id, redirect_uri, redirect_uri_was_sent, code_challenge, created_at,
                    expires_at, used_at, kept_until)
                VALUES (\(digest), \(grant), 'ü', 'https://ü.example/', 0, NULL, 1, 2, NULL, 3)
                """)
            try transaction.execute(
                """
                INSERT INTO refresh_token (digest, grant_id, client_id, scope, generation, issued_at, expires_at, used_at, kept_until)
                VALUES (\(digest), \(grant), 'ü', '', \(index), 1, 2, 3, 4)
                """)
            try transaction.execute("INSERT INTO assertion_id (client_id, jti_digest, expires_at) VALUES ('c', \(digest), -1)")
        }
    }

    private func insertSystem(in transaction: WriteTransaction) throws(DatabaseError) {
        _ = try transaction.sealedSecrets.insertIfAbsent("check", Array(name.utf8))
        try transaction.insert([[.text("empty"), .blob([])]], into: "sealed_secret", ["name", "sealed"])
        try transaction.execute("INSERT INTO failure_counter (bucket, failures, last_failure_at) VALUES (0, 1, 2), (262143, 9, 8)")
        try transaction.execute("INSERT INTO epoch (topic, number) VALUES ('keys', \(Int64.max)), ('', 0)")
        try transaction.execute(
            """
            INSERT INTO signing_key (kid, algorithm, state, public_jwk, sealed_private_key, created_at, published_at)
            VALUES ('k', 'ES256', 'active', '{}', \([UInt8]()), 1, 2)
            """)
        try transaction.execute(
            """
            INSERT INTO audit_event (id, at, kind, actor, detail)
            VALUES (1, 1, 'a', 'b', '{}'), (2, 1, '', '', ''), (9, 1, 'a', 'b', '{}'), (7000000000, 0, 'c', 'd', '🙂')
            """)
        try transaction.execute("INSERT INTO claim (name, holder, held_until) VALUES ('housekeeping', 'node', 1)")
    }

    private func digest(_ index: Int) -> [UInt8] { [UInt8](repeating: UInt8(255 - index), count: 32) }
}

extension Database {
    func count(_ table: SQL) async throws -> Int {
        try await read { try $0.first(table) { row throws(DatabaseError) in try row.int(0) } ?? -1 }
    }

    func audit(_ actor: String) async throws -> Int64? {
        try await write { transaction in
            try transaction.first(
                "INSERT INTO audit_event (at, kind, actor, detail) VALUES (1, 'a', \(actor), '{}') RETURNING id"
            ) { row throws(DatabaseError) in try row.integer(0) }
        }
    }
}
