public import OAuthProtocol

/// Refusals of the authorization endpoint, once the request's parameters are understood.
public enum FlowReference: String, FailureReference {
    case unknownClient = "FLOW-01"
    case redirectURIMissing = "FLOW-02"
    case redirectURIUnregistered = "FLOW-03"
    case grantNotRegistered = "FLOW-04"
    case challengeRequired = "FLOW-05"
    case redirectURIRequired = "FLOW-06"
    case nothingToAskFor = "FLOW-07"
    case denied = "FLOW-08"
    case nobodySignedIn = "FLOW-09"
    case signInTooOld = "FLOW-10"
    case consentMissing = "FLOW-11"
    case contextNotOffered = "FLOW-12"
    case hintNotOurs = "FLOW-13"
    case hintOfAnotherClient = "FLOW-14"
    case ticketForeign = "FLOW-15"

    public var code: OAuthFailure.Code {
        switch self {
        case .unknownClient, .redirectURIMissing, .redirectURIUnregistered, .challengeRequired, .redirectURIRequired, .hintNotOurs,
            .hintOfAnotherClient, .ticketForeign:
            .invalidRequest
        case .grantNotRegistered: .unauthorizedClient
        case .nothingToAskFor: .invalidScope
        case .denied: .accessDenied
        case .nobodySignedIn, .signInTooOld: .loginRequired
        case .consentMissing: .consentRequired
        case .contextNotOffered: .unmetAuthenticationRequirements
        }
    }

    public var meaning: String {
        switch self {
        case .unknownClient: "'client_id' names no registered client."
        case .redirectURIMissing: "'redirect_uri' is missing, and the client has not registered exactly one."
        case .redirectURIUnregistered: "'redirect_uri' is not registered for this client; it is compared character by character."
        case .grantNotRegistered: "The client is not registered for the authorization code grant."
        case .challengeRequired: "'code_challenge' is required for this client."
        case .redirectURIRequired: "'redirect_uri' is required when 'scope' includes openid."
        case .nothingToAskFor: "'scope' names nothing that this client may ask for."
        case .denied: "The resident did not allow access."
        case .nobodySignedIn: "Nobody is signed in whom the request could mean, and 'prompt' is none."
        case .signInTooOld: "The sign-in is older than 'max_age' allows, and 'prompt' is none."
        case .consentMissing: "The resident has not yet been asked for all of this, and 'prompt' is none."
        case .contextNotOffered: "'claims' demands an acr that is not offered here."
        case .hintNotOurs: "'id_token_hint' is not an ID token of this provider."
        case .hintOfAnotherClient: "'id_token_hint' was issued to another client."
        case .ticketForeign: "The form does not belong to a sign-in that was started here."
        }
    }
}

/// Refusals of the token endpoint, once the request's parameters are understood.
public enum GrantReference: String, FailureReference {
    case clientNotAuthenticated = "GRANT-01"
    case grantTypeNotRegistered = "GRANT-02"
    case codeInvalid = "GRANT-03"
    case redirectURIDiffers = "GRANT-04"
    case verifierUnexpected = "GRANT-05"
    case verifierMissing = "GRANT-06"
    case verifierWrong = "GRANT-07"
    case refreshTokenInvalid = "GRANT-08"
    case scopeExceedsGrant = "GRANT-09"
    case scopeNotRegistered = "GRANT-10"
    case codeReplayed = "GRANT-11"
    case refreshTokenReplayed = "GRANT-12"

    public var code: OAuthFailure.Code {
        switch self {
        case .clientNotAuthenticated: .invalidClient
        case .grantTypeNotRegistered: .unauthorizedClient
        case .codeInvalid, .redirectURIDiffers, .verifierUnexpected, .verifierMissing, .verifierWrong, .refreshTokenInvalid, .codeReplayed,
            .refreshTokenReplayed:
            .invalidGrant
        case .scopeExceedsGrant, .scopeNotRegistered: .invalidScope
        }
    }

    public var meaning: String {
        switch self {
        case .clientNotAuthenticated: "The client is unknown, or could not be authenticated with what it sent."
        case .grantTypeNotRegistered: "The client is not registered for this 'grant_type'."
        case .codeInvalid, .codeReplayed: "'code' is unknown, expired, already used or issued to another client."
        case .redirectURIDiffers: "'redirect_uri' is not the one of the authorization request."
        case .verifierUnexpected: "'code_verifier' was sent, but the authorization request had no 'code_challenge'."
        case .verifierMissing: "'code_verifier' is missing."
        case .verifierWrong: "'code_verifier' does not match the 'code_challenge'."
        case .refreshTokenInvalid, .refreshTokenReplayed: "'refresh_token' is unknown, expired, revoked or issued to another client."
        case .scopeExceedsGrant: "'scope' asks for more than was granted."
        case .scopeNotRegistered: "'scope' names a value that this client is not registered for."
        }
    }

    /// A replay is told apart in the log alone: who replays learns nothing.
    public var shown: GrantReference {
        switch self {
        case .codeReplayed: .codeInvalid
        case .refreshTokenReplayed: .refreshTokenInvalid
        default: self
        }
    }
}

/// Refusals of the UserInfo endpoint.
public enum UserInfoReference: String, FailureReference {
    case tokenInvalid = "USERINFO-01"
    case scopeMissing = "USERINFO-02"

    public var code: OAuthFailure.Code { self == .tokenInvalid ? .invalidToken : .insufficientScope }

    public var meaning: String {
        switch self {
        case .tokenInvalid: "The access token is malformed, expired or revoked, or was not issued for this endpoint."
        case .scopeMissing: "The access token's scope does not include openid."
        }
    }
}

/// Refusals of the end-session endpoint.
public enum EndSessionReference: String, FailureReference {
    case clientDiffersFromHint = "END-01"
    case unknownClient = "END-02"
    case destinationUnregistered = "END-03"

    public var code: OAuthFailure.Code { .invalidRequest }

    public var meaning: String {
        switch self {
        case .clientDiffersFromHint: "'client_id' is not the client that 'id_token_hint' was issued to."
        case .unknownClient: "'client_id' names no registered client."
        case .destinationUnregistered: "'post_logout_redirect_uri' is not registered for the client that 'id_token_hint' or 'client_id' names."
        }
    }
}

/// Failures of ours, not of the request.
public enum ServerReference: String, FailureReference {
    case unavailable = "SERVER-01"
    case failed = "SERVER-02"
    case keyMissing = "SERVER-03"

    public var code: OAuthFailure.Code { self == .unavailable ? .temporarilyUnavailable : .serverError }

    public var meaning: String {
        switch self {
        case .unavailable: "The service cannot answer at the moment; try again shortly."
        case .failed: "The request could not be completed."
        case .keyMissing: "There is no active signing key for the algorithm that the client is registered for."
        }
    }
}

extension FailureCatalogue {
    /// The refusals of this module.
    public static var ofProvider: [FailureCatalogue] {
        [
            FailureCatalogue("The authorization endpoint", FlowReference.self),
            FailureCatalogue("The token endpoint", GrantReference.self),
            FailureCatalogue("Userinfo", UserInfoReference.self),
            FailureCatalogue("The end of a session", EndSessionReference.self),
            FailureCatalogue("Failures of ours", ServerReference.self),
        ]
    }
}
