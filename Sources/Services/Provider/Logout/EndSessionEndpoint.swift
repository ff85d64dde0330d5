public import Cryptography
public import Domain
public import OAuthProtocol
public import Primitives
public import Residents

/// RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): an agency sends the resident here to sign out everywhere.
///
/// Only a valid hint for the session that lives in this browser ends it without asking; anything less asks the resident, so
/// that an image on a stranger's page cannot sign anyone out.
public struct EndSessionEndpoint: Sendable {
    let clients: ClientRegistry
    let subjects: Subjects
    let hints: IDTokenHints
    let tickets: TicketSeal

    /// Decides what an end-session request leads to.
    public func receive(_ request: EndSessionRequest, session: ActiveSession?) throws(OAuthFailure) -> EndSessionStep {
        let (logout, hint) = try proven(request)
        guard let session else { return .signedOut(hint == nil ? logout.staying() : logout) }
        if let hint, let client = logout.client, isHint(hint, for: session, of: client) { return .end(logout) }
        return .confirm(logout)
    }

    /// Carries a logout that the resident is asked about through their form.
    public func ticket(for request: EndSessionRequest, browser: TokenDigest, at now: Instant) -> String {
        tickets.seal(
            Ticket(request: FormParameters.pack(request.formPairs()), startedAt: now, accountChosen: false, browser: browser), for: .endSession)
    }

    /// The logout inside a form that came back, nil where the form is not this browser's or too old.
    public func confirmed(_ ticket: String, browser: TokenDigest, at now: Instant) -> Logout? {
        guard let opened = tickets.open(ticket, for: .endSession), !tickets.hasExpired(opened, at: now), let bound = opened.browser,
            constantTimeEquals(bound.bytes, browser.bytes), let parameters = FormParameters(packed: opened.request),
            let request = try? EndSessionRequest(parameters)
        else { return nil }
        return try? proven(request).logout
    }

    private func proven(_ request: EndSessionRequest) throws(OAuthFailure) -> (logout: Logout, hint: IDTokenHints.Hint?) {
        let hint = try request.idTokenHint.map { token throws(OAuthFailure) in try hints.read(token) }
        let client = try identifyClient(request, hint: hint)
        let destination = try provenDestination(request, client: client)
        return (Logout(client: client, destination: destination), hint)
    }

    /// §2: "client_id … When both client_id and id_token_hint are present, the OP MUST verify that the Client Identifier matches".
    private func identifyClient(_ request: EndSessionRequest, hint: IDTokenHints.Hint?) throws(OAuthFailure) -> Client? {
        if let hint, let named = request.clientID, hint.audience != named {
            throw OAuthFailure(EndSessionReference.clientDiffersFromHint)
        }
        guard let id = hint?.audience ?? request.clientID else { return nil }
        guard let client = clients.find(id) else {
            throw OAuthFailure(EndSessionReference.unknownClient)
        }
        return client
    }

    private func provenDestination(_ request: EndSessionRequest, client: Client?) throws(OAuthFailure) -> LogoutDestination? {
        guard let requested = request.postLogoutRedirectURI else { return nil }
        guard let registered = client?.metadata.postLogoutRedirectURIs.first(where: { $0.text == requested }) else {
            throw OAuthFailure(EndSessionReference.destinationUnregistered)
        }
        return LogoutDestination(uri: registered, state: request.state)
    }

    private func isHint(_ hint: IDTokenHints.Hint, for session: ActiveSession, of client: Client) -> Bool {
        hint.subject == subjects.subject(of: session.resident.id, for: client)
            && hint.sessionID == subjects.sessionID(of: session.session.digest, for: client)
    }
}

/// What an end-session request leads to.
public enum EndSessionStep: Sendable {
    /// End the session that lives in this browser, then go on as `Logout` says.
    case end(Logout)
    /// Ask the resident first.
    case confirm(Logout)
    /// Nobody is signed in here: a repeated logout succeeds.
    case signedOut(Logout)
}

/// A logout whose client and destination are proven.
public struct Logout: Sendable {
    /// The agency that asks for it, where the request tells.
    public let client: Client?
    public let destination: LogoutDestination?

    /// Without a hint and without a resident to ask, nobody vouches for the destination: no redirect.
    func staying() -> Logout { Logout(client: client, destination: nil) }
}

/// A registered post-logout redirect URI and the state to give back.
public struct LogoutDestination: Sendable, Hashable {
    public let uri: RedirectURI
    public let state: String?

    /// The URI with `state` added to its query.
    public var location: String { EndSessionRequest.location(of: uri, state: state) }
}
