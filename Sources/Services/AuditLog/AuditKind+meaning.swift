public import Domain

extension AuditKind {
    /// What the event says, in a sentence for people who read the record. A new kind does not compile without one.
    public var meaning: String {
        switch self {
        case .residentAdded: "An operator added a resident."
        case .residentImported: "A resident was added from a file."
        case .residentUpdated: "What is known of a resident was changed."
        case .residentDisabled: "A resident was barred from signing in; their sessions ended and what agencies were given was revoked."
        case .residentEnabled: "A resident may sign in again."
        case .residentPasswordChanged: "A resident's password was set; their sessions ended and what agencies were given was revoked."
        case .residentSignedIn: "A resident proved who they are and began a session."
        case .residentSignedOut: "A resident signed out."
        case .sessionEnded: "A session ended otherwise than by signing out; the detail says why."
        case .authorizationGranted: "An agency was given a code for a resident."
        case .consentGranted: "A resident allowed an agency to know what the detail names."
        case .consentRefused: "A resident refused an agency."
        case .grantRevoked: "What an agency held for a resident was revoked; the detail says why."
        case .keyGenerated: "A signing key was made and published; the detail says whether it signs already."
        case .keyActivated: "A signing key began to sign."
        case .keyRetired: "A signing key stopped signing; it stays published for what it signed."
        case .keyRevoked: "A signing key was declared untrustworthy and left the key set."
        case .keyRemoved: "A signing key that nothing valid was signed with any more was removed."
        case .clientAdded: "An agency was registered."
        case .clientUpdated: "An agency's registration was changed."
        case .clientSecretRotated: "An agency was given a new secret."
        case .clientRemoved: "An agency's registration was removed, and what it held was revoked."
        case .databaseRestored:
            "The database was brought back from a backup; every session from before ended, and what agencies were given before was revoked."
        }
    }
}
