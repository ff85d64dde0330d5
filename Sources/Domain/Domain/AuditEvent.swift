public import OAuthProtocol
public import Primitives

/// Something that was done, by whom and to whom. Written in the transaction of the change itself and never altered.
public struct AuditEvent: Sendable, Hashable {
    public let at: Instant
    public let kind: AuditKind
    /// A resident id, a client id, or `operator:` and a Unix user name.
    public let actor: String
    /// The resident concerned.
    public let residentID: ResidentID?
    /// The agency concerned.
    public let clientID: ClientID?
    /// A session's public name, never its digest.
    public let sessionReference: String?
    /// The reference shown to the person, where there was one.
    public let reference: String?
    /// Neither secrets nor passwords.
    public let detail: JSONObject

    public init(
        at: Instant, kind: AuditKind, actor: String, residentID: ResidentID? = nil, clientID: ClientID? = nil, sessionReference: String? = nil,
        reference: String? = nil, detail: JSONObject = [:]
    ) {
        self.at = at
        self.kind = kind
        self.actor = actor
        self.residentID = residentID
        self.clientID = clientID
        self.sessionReference = sessionReference
        self.reference = reference
        self.detail = detail
    }
}

/// What was done. The raw values are stored and do not change.
public enum AuditKind: String, Sendable, Hashable, CaseIterable {
    /// An operator added a resident.
    case residentAdded = "resident.added"
    /// A resident came from a file.
    case residentImported = "resident.imported"
    /// A resident's claims changed.
    case residentUpdated = "resident.updated"
    /// A resident may not sign in any more.
    case residentDisabled = "resident.disabled"
    /// A disabled resident may sign in again.
    case residentEnabled = "resident.enabled"
    /// A resident's password was set.
    case residentPasswordChanged = "resident.password_changed"
    /// A resident proved who they are and has a session.
    case residentSignedIn = "resident.signed_in"
    /// A resident ended their session.
    case residentSignedOut = "resident.signed_out"
    /// A session was ended by something else than signing out.
    case sessionEnded = "session.ended"
    /// A code was issued to an agency for a resident.
    case authorizationGranted = "authorization.granted"
    /// A resident allowed an agency what it asked, or part of it.
    case consentGranted = "consent.granted"
    /// A resident refused an agency.
    case consentRefused = "consent.refused"
    /// A resident took a consent back.
    /// A grant and all that hangs on it was revoked, such as after a replay.
    case grantRevoked = "grant.revoked"
    /// A signing key was made and published.
    case keyGenerated = "key.generated"
    /// A signing key signs from now on.
    case keyActivated = "key.activated"
    /// A signing key signs no more.
    case keyRetired = "key.retired"
    /// A signing key is not trusted any more.
    case keyRevoked = "key.revoked"
    /// A signing key was removed.
    case keyRemoved = "key.removed"
    /// An agency was registered.
    case clientAdded = "client.added"
    /// An agency's registration changed.
    case clientUpdated = "client.updated"
    /// An agency got a new secret.
    case clientSecretRotated = "client.secret_rotated"
    /// An agency's registration was removed.
    case clientRemoved = "client.removed"
    /// The database was brought back from a backup.
    case databaseRestored = "database.restored"
}
