internal import Cryptography
public import Domain
public import OAuthProtocol
public import Primitives
public import Residents

/// A redirect URI that is registered for its client, and the way the answer travels to it. Only `AuthorizationEndpoint`
/// makes one: until it exists, no error may be sent anywhere (RFC 6749 §4.1.2.1).
public struct ProvenRedirect: Sendable, Hashable {
    public let uri: String
    /// RFC 6749 §4.1.3: the token request must repeat the URI exactly when the authorization request carried it.
    public let wasSent: Bool
    public let responseMode: ResponseMode
    public let state: String?

    init(uri: String, wasSent: Bool, responseMode: ResponseMode, state: String?) {
        self.uri = uri
        self.wasSent = wasSent
        self.responseMode = responseMode
        self.state = state
    }
}

/// An authorization request whose client and redirect URI are proven and whose parameters are understood, waiting for
/// what the resident must still do.
public struct PendingAuthorization: Sendable {
    public let request: AuthorizationRequest
    public let client: Client
    public let redirect: ProvenRedirect
    /// When the request first arrived. A sign-in later than this satisfies `prompt=login` and `max_age`.
    public let startedAt: Instant
    /// Whether the resident has already answered `prompt=select_account`.
    public private(set) var accountChosen: Bool
    /// The session whose resident was asked to choose or to consent, once the question was put.
    private(set) var askedIn: TokenDigest?

    init(request: AuthorizationRequest, client: Client, redirect: ProvenRedirect, startedAt: Instant, accountChosen: Bool) {
        self.request = request
        self.client = client
        self.redirect = redirect
        self.startedAt = startedAt
        self.accountChosen = accountChosen
    }

    /// The same request after the resident confirmed the account.
    public func choosingAccount() -> PendingAuthorization { resumed(accountChosen: true, askedIn: nil) }

    /// The same request as it is put before `session`'s resident: the answer counts only while that session stands.
    public func asking(_ session: ActiveSession) -> PendingAuthorization {
        resumed(accountChosen: accountChosen, askedIn: session.session.digest)
    }

    /// Whether `session`'s resident is the one the question was put to.
    public func wasAsked(in session: ActiveSession?) -> Bool {
        guard let askedIn, let session else { return false }
        return askedIn == session.session.digest
    }

    func resumed(accountChosen: Bool, askedIn: TokenDigest?) -> PendingAuthorization {
        var pending = self
        pending.accountChosen = accountChosen
        pending.askedIn = askedIn
        return pending
    }

    /// The same request in a language that the resident chose.
    public func speaking(_ language: String) -> PendingAuthorization {
        PendingAuthorization(
            request: request.speaking(language), client: client, redirect: redirect, startedAt: startedAt, accountChosen: accountChosen)
    }

    /// The same request as if it arrived now: what "Start again" leads to.
    func restarted(at now: Instant) -> PendingAuthorization {
        PendingAuthorization(request: request, client: client, redirect: redirect, startedAt: now, accountChosen: false)
    }
}

/// Where a failed authorization request ends: on our own page while the redirect URI is unproven, at the agency after that.
public enum AuthorizationFailure: Error, Sendable {
    case page(OAuthFailure)
    case redirect(OAuthFailure, AuthorizationResponse)

    public var failure: OAuthFailure {
        switch self {
        case .page(let failure), .redirect(let failure, _): failure
        }
    }
}

/// What comes next for an authorization request.
public enum AuthorizationStep: Sendable {
    case answer(AuthorizationResponse)
    case signIn(SignInReason)
    case chooseAccount
    case consent(ConsentQuestion)
}

public enum SignInReason: Sendable, Hashable {
    /// Nobody is signed in, or not the resident the agency means.
    case needed
    /// `prompt=login` or `max_age` asks for it although a session lives.
    case again
}
