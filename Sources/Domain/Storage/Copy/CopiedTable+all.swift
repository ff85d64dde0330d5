extension CopiedTable {
    /// Every table that makes an installation, each after those that its rows refer to. A test holds the list to the schema of both engines.
    public static let all: [CopiedTable] = [
        resident, client, session, consent, accessGrant, authorizationCode, refreshToken, assertionID, failureCounter, signingKey, sealedSecret,
        epoch, auditEvent,
    ]

    /// Tables that are not copied, and why.
    static let leftOut: [String: String] = [
        "schema_migration": "says which migrations made the tables it stands beside: the target's own did",
        "schema_support": "as schema_migration",
        "database_copy": "marks the target of a copy that is not finished",
        "claim": "says which node does what at the moment, for a minute; a node of the source does nothing at the target",
    ]

    private static let resident = CopiedTable(
        "resident", key: [.text("id")],
        [
            .text("username_key"), .text("username"), .text("email_key"), .text("claims"), .text("state"), .text("password_phc"),
            .integer("created_at"), .integer("updated_at"), .integer("password_changed_at"),
        ])

    private static let client = CopiedTable(
        "client", key: [.text("id")], [.text("metadata"), .blob("secret_digest"), .integer("created_at"), .integer("updated_at")])

    private static let session = CopiedTable(
        "session", key: [.blob("digest")],
        [
            .text("resident_id"), .integer("created_at"), .integer("auth_time"), .integer("last_seen_at"), .integer("idle_expires_at"),
            .integer("expires_at"), .integer("ended_at"), .integer("kept_until"), .text("acr"), .text("amr"), .text("user_agent"),
            .blob("browser_digest"),
        ])

    private static let consent = CopiedTable(
        "consent", key: [.text("resident_id"), .text("client_id")],
        [
            .text("scope"), .text("declined"), .text("claim_names"), .integer("granted_at"), .integer("updated_at"), .integer("last_used_at"),
        ])

    private static let accessGrant = CopiedTable(
        "access_grant", key: [.text("id")],
        [
            .text("resident_id"), .text("client_id"), .blob("session_digest"), .text("scope"), .text("claims"), .text("nonce"),
            .integer("auth_time"), .text("acr"), .text("amr"), .integer("created_at"), .integer("expires_at"), .integer("revoked_at"),
            .integer("is_offline"),
        ])

    private static let authorizationCode = CopiedTable(
        "authorization_code", key: [.blob("digest")],
        [
            .text("grant_id"), .text("client_id"), .text("redirect_uri"), .integer("redirect_uri_was_sent"), .text("code_challenge"),
            .integer("created_at"), .integer("expires_at"), .integer("used_at"), .integer("kept_until"),
        ])

    private static let refreshToken = CopiedTable(
        "refresh_token", key: [.blob("digest")],
        [
            .text("grant_id"), .text("client_id"), .text("scope"), .integer("generation"), .integer("issued_at"), .integer("expires_at"),
            .integer("used_at"), .integer("kept_until"),
        ])

    private static let assertionID = CopiedTable("assertion_id", key: [.text("client_id"), .blob("jti_digest")], [.integer("expires_at")])

    private static let failureCounter = CopiedTable(
        "failure_counter", key: [.integer("bucket")], [.integer("failures"), .integer("last_failure_at")])

    private static let signingKey = CopiedTable(
        "signing_key", key: [.text("kid")],
        [
            .text("algorithm"), .text("state"), .text("public_jwk"), .blob("sealed_private_key"), .integer("created_at"), .integer("published_at"),
            .integer("activated_at"), .integer("retired_at"), .integer("revoked_at"),
        ])

    private static let sealedSecret = CopiedTable("sealed_secret", key: [.text("name")], [.blob("sealed")])

    private static let epoch = CopiedTable("epoch", key: [.text("topic")], [.integer("number")])

    private static let auditEvent = CopiedTable(
        "audit_event", key: [.integer("id")],
        [
            .integer("at"), .text("kind"), .text("actor"), .text("resident_id"), .text("client_id"), .text("session_reference"), .text("reference"),
            .text("detail"),
        ], hasIdentity: true)
}
