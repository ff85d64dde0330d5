public import Cryptography
public import Database
public import Domain
public import OAuthProtocol
public import Primitives

/// Authorization codes, each to be taken once.
public struct AuthorizationCodeStore<Transaction: SQLReading> {
    let transaction: Transaction
}

/// What came of presenting a code.
public enum TakeOutcome: Sendable, Hashable {
    /// Taken by this call, and by no other.
    case fresh(AuthorizationCode)
    /// Taken before: RFC 6749 §4.1.2 says to deny it, and to revoke what was issued from it.
    case replayed(GrantID)
    case expired
    /// Never issued, long gone, or another client's: that client's code stays as it is.
    case unknown
}

extension AuthorizationCodeStore where Transaction == WriteTransaction {
    /// How long past its expiry a code is remembered, so that a replay is recognised as one.
    static var remembered: Duration { .hours(1) }

    public func insert(_ code: AuthorizationCode) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO authorization_code (\(codeColumns), kept_until)
            VALUES (\(code.digest), \(code.grantID.rawValue), \(code.clientID.rawValue), \(code.redirectURI), \(code.redirectURIWasSent),
                \(code.codeChallenge?.challenge), \(code.createdAt), \(code.expiresAt), \(code.expiresAt + Self.remembered))
            """)
    }

    /// Takes the code out of use for `client`. Of any number of simultaneous calls one is answered `fresh`.
    public func take(_ digest: TokenDigest, for client: ClientID, at now: Instant) throws(DatabaseError) -> TakeOutcome {
        let taken = try transaction.first(
            """
            UPDATE authorization_code SET used_at = \(now)
            WHERE digest = \(digest) AND client_id = \(client.rawValue) AND used_at IS NULL AND expires_at > \(now)
            RETURNING \(codeColumns)
            """, readCode)
        if let taken { return .fresh(taken) }
        return try transaction.first(
            "SELECT grant_id, used_at FROM authorization_code WHERE digest = \(digest) AND client_id = \(client.rawValue)"
        ) { row throws(DatabaseError) in
            try row.instantOrNull(1) == nil ? .expired : .replayed(try row.grantID(0))
        } ?? .unknown
    }
}

private let codeColumns: SQLFragment = """
    digest, grant_id, client_id, redirect_uri, redirect_uri_was_sent, code_challenge, created_at, expires_at
    """

private func readCode(_ row: Row) throws(DatabaseError) -> AuthorizationCode {
    var challenge: CodeChallenge?
    if let text = try row.textOrNull(5) {
        do throws(OAuthFailure) {
            challenge = try CodeChallenge(challenge: text, method: "S256")
        } catch {
            throw row.malformed(5)
        }
    }
    return AuthorizationCode(
        digest: try row.digest(0), grantID: try row.grantID(1), clientID: try row.clientID(2), redirectURI: try row.text(3),
        redirectURIWasSent: try row.bool(4), codeChallenge: challenge, createdAt: try row.instant(6), expiresAt: try row.instant(7))
}
