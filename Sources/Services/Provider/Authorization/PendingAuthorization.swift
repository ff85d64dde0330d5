public import Domain
public import OAuthProtocol
public import Primitives

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
    public private(set) var request: AuthorizationRequest
    public let client: Client
    public let redirect: ProvenRedirect
    /// When the request first arrived. A sign-in later than this satisfies `prompt=login` and `max_age`.
    public let startedAt: Instant
    /// Whether the resident has already answered `prompt=select_account`.
    public private(set) var accountChosen = false
    /// The resident whom the form that came back had asked for consent.
    private(set) var asked: ResidentID?

    init(request: AuthorizationRequest, client: Client, redirect: ProvenRedirect, startedAt: Instant) {
        self.request = request
        self.client = client
        self.redirect = redirect
        self.startedAt = startedAt
    }

    /// The same request after the resident confirmed the account.
    public func choosingAccount() -> PendingAuthorization {
        var pending = self
        pending.accountChosen = true
        return pending
    }

    /// The same request in a language that the resident chose.
    public func speaking(_ language: String) -> PendingAuthorization {
        var pending = self
        pending.request = request.speaking(language)
        return pending
    }

    /// The same request with what the resident has done about it so far.
    func resumed(from ticket: Ticket) -> PendingAuthorization {
        var pending = self
        pending.accountChosen = ticket.accountChosen
        pending.asked = ticket.asked
        return pending
    }

    /// The same request as if it arrived now: what "Start again" leads to.
    func restarted(at now: Instant) -> PendingAuthorization {
        PendingAuthorization(request: request, client: client, redirect: redirect, startedAt: now)
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
