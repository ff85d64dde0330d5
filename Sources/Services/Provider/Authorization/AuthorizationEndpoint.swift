import AuditLog
public import Cryptography
import Database
import Domain
public import OAuthProtocol
public import Primitives
public import Residents
import Storage

/// The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2): from the parameters of a request to an
/// answer for the agency, by way of what the resident must still do.
public struct AuthorizationEndpoint: Sendable {
    private let policy: ProviderPolicy
    private let clients: ClientRegistry
    private let database: Database
    private let steps: PendingSteps
    private let tickets: TicketSeal

    init(policy: ProviderPolicy, clients: ClientRegistry, database: Database, steps: PendingSteps, tickets: TicketSeal) {
        self.policy = policy
        self.clients = clients
        self.database = database
        self.steps = steps
        self.tickets = tickets
    }

    /// Reads a request as it arrives from an agency.
    public func receive(_ parameters: FormParameters, at now: Instant) throws(AuthorizationFailure) -> PendingAuthorization {
        let (client, redirect) = try proveRedirect(parameters)
        do throws(OAuthFailure) {
            let request = try AuthorizationRequest(parameters)
            try check(request, of: client)
            return PendingAuthorization(request: request, client: client, redirect: redirect, startedAt: now, accountChosen: false)
        } catch {
            throw .redirect(error, refuse(redirect, error))
        }
    }

    /// Says what must happen next for `session`'s resident, and where nothing is missing answers with a code.
    public func advance(
        _ pending: PendingAuthorization, session: ActiveSession?, at now: Instant
    ) async throws(AuthorizationFailure) -> AuthorizationStep {
        try await step(pending, session, at: now) { session, earlier throws(OAuthFailure) in
            let question = ConsentQuestion(pending, resident: session.resident, earlier: earlier)
            guard let release = try steps.release(question, for: pending) else { return .ask(question) }
            return .release(release, .remembered(earlier))
        }
    }

    /// The resident allowed the agency what `decision` names. The page stood open for a while: the sign-in behind it must still
    /// satisfy the request, and be the one that was asked. Whoever signed in on this browser since is asked anew.
    public func allow(
        _ pending: PendingAuthorization, session: ActiveSession?, decision: ConsentDecision, at now: Instant
    ) async throws(AuthorizationFailure) -> AuthorizationStep {
        guard pending.wasAsked(in: session) else { return try await advance(pending, session: session, at: now) }
        return try await step(pending, session, at: now) { session, earlier throws(OAuthFailure) in
            let question = ConsentQuestion(pending, resident: session.resident, earlier: earlier)
            guard let release = question.release(decision) else { throw OAuthFailure(FlowReference.denied) }
            let given = question.consent(decision, at: now)
            return .release(release, .given(given, narrows: earlier.map { !given.includes($0) } ?? false))
        }
    }

    /// The resident refused, or went away on purpose (RFC 6749 §4.1.2.1, access_denied).
    public func deny(
        _ pending: PendingAuthorization, session: ActiveSession?, at now: Instant
    ) async throws(AuthorizationFailure) -> AuthorizationResponse {
        do throws(OAuthFailure) {
            if let session, pending.wasAsked(in: session) {
                let event = AuditEvent.consentRefused(by: session.resident.id, to: pending.client.id, at: now)
                try await answering { try await database.write { try $0.record(event) } }
            }
            return refuse(pending.redirect, OAuthFailure(FlowReference.denied))
        } catch {
            throw .redirect(error, refuse(pending.redirect, error))
        }
    }

    // MARK: Tickets

    /// Seals a pending request into the form that a resident sends back, bound to their browser.
    public func ticket(for pending: PendingAuthorization, browser: TokenDigest?) -> String {
        tickets.seal(
            Ticket(
                request: pending.request.packed, startedAt: pending.startedAt, accountChosen: pending.accountChosen, browser: browser,
                asked: pending.asked), for: .authorization)
    }

    /// Opens what `ticket(for:browser:)` sealed and checks the request against today's registrations again.
    public func open(_ ticket: String, browser: TokenDigest?, at now: Instant) throws(AuthorizationFailure) -> TicketOpening {
        guard let opened = tickets.open(ticket, for: .authorization), let parameters = FormParameters(packed: opened.request) else {
            throw .page(OAuthFailure(FlowReference.ticketForeign))
        }
        let received = try receive(parameters, at: opened.startedAt)
        if tickets.hasExpired(opened, at: now) { return .expired(received.restarted(at: now)) }
        if let bound = opened.browser {
            guard let browser, constantTimeEquals(browser.bytes, bound.bytes) else { return .otherBrowser(received.restarted(at: now)) }
        }
        return .open(received.resumed(accountChosen: opened.accountChosen, asked: opened.asked))
    }

    // MARK: Steps

    private func proveRedirect(_ parameters: FormParameters) throws(AuthorizationFailure) -> (Client, ProvenRedirect) {
        do throws(OAuthFailure) {
            let head = try AuthorizationRequestHead(parameters)
            guard let client = clients.find(head.clientID) else {
                throw OAuthFailure(FlowReference.unknownClient)
            }
            let uri = try registeredRedirectURI(head.redirectURI, of: client)
            let reply = AuthorizationResponse.replyParameters(in: parameters)
            return (
                client,
                ProvenRedirect(uri: uri, wasSent: head.redirectURI != nil, responseMode: reply.responseMode, state: reply.state)
            )
        } catch {
            throw .page(error)
        }
    }

    private func registeredRedirectURI(_ requested: String?, of client: Client) throws(OAuthFailure) -> String {
        let registered = client.metadata.redirectURIs
        guard let requested else {
            // OpenID Connect Core §3.1.2.1 requires the parameter; RFC 6749 §3.1.2.3 allows its absence where only one is registered.
            guard registered.count == 1, let only = registered.first else {
                throw OAuthFailure(FlowReference.redirectURIMissing)
            }
            return only.text
        }
        guard registered.contains(where: { $0.matches(requested: requested, applicationType: client.metadata.applicationType) }) else {
            throw OAuthFailure(FlowReference.redirectURIUnregistered)
        }
        return requested
    }

    private func check(_ request: AuthorizationRequest, of client: Client) throws(OAuthFailure) {
        guard client.metadata.grantTypes.contains(.authorizationCode) else {
            throw OAuthFailure(FlowReference.grantNotRegistered)
        }
        // RFC 9700 §2.1.1: public clients must use PKCE; RFC 7636 §4.4.1: "code challenge required".
        if request.codeChallenge == nil, client.metadata.requirePKCE || client.metadata.tokenEndpointAuthMethod == .none {
            throw OAuthFailure(FlowReference.challengeRequired)
        }
        if request.isOpenID, request.redirectURI == nil {
            throw OAuthFailure(FlowReference.redirectURIRequired)
        }
        let granted = client.allowedScope(request.scope)
        guard !granted.isEmpty else {
            throw OAuthFailure(FlowReference.nothingToAskFor)
        }
    }

    /// What follows once it is known who the resident is.
    private enum Answering {
        case ask(ConsentQuestion)
        case release(Release, ConsentOrigin)
    }

    /// What a release rests on.
    fileprivate enum ConsentOrigin: Sendable {
        /// An earlier answer of the resident.
        case remembered(Consent?)
        /// The resident has just given it. One that takes back part of an earlier answer ends what was given on the strength of that.
        case given(Consent, narrows: Bool)
    }

    private func step(
        _ pending: PendingAuthorization, _ session: ActiveSession?, at now: Instant,
        answering decide: (ActiveSession, Consent?) throws(OAuthFailure) -> Answering
    ) async throws(AuthorizationFailure) -> AuthorizationStep {
        do throws(OAuthFailure) {
            switch try steps.identify(for: pending, session: session, at: now) {
            case .signIn(let reason): return .signIn(reason)
            case .chooseAccount: return .chooseAccount
            case .done(let session):
                switch try decide(session, try await rememberedConsent(of: session, for: pending)) {
                case .ask(let question): return .consent(question)
                case .release(let release, let origin):
                    let code = try await issueCode(pending, session: session, release: release, origin, at: now)
                    guard let code else { return .signIn(try steps.signInNeeded(pending)) }
                    return .answer(answer(pending.redirect, .code(code.text)))
                }
            }
        } catch {
            throw .redirect(error, refuse(pending.redirect, error))
        }
    }

    private func rememberedConsent(of session: ActiveSession, for pending: PendingAuthorization) async throws(OAuthFailure) -> Consent? {
        try await answering {
            try await database.read { try $0.consents.find(session.resident.id, client: pending.client.id) }
        }
    }

    /// One transaction: the session still stands, the consent is kept, the grant and its code are made.
    ///
    /// - Returns: nil where the session was ended since it was looked up: nothing may be given in it any more.
    private func issueCode(
        _ pending: PendingAuthorization, session: ActiveSession, release: Release, _ origin: ConsentOrigin, at now: Instant
    ) async throws(OAuthFailure) -> BearerToken? {
        let code = BearerToken.mint(.authorizationCode)
        let grant = Grant(pending, session: session.session, release: release, policy: policy, at: now)
        let record = AuthorizationCode(
            digest: code.digest, grantID: grant.id, clientID: pending.client.id, redirectURI: pending.redirect.uri,
            redirectURIWasSent: pending.redirect.wasSent, codeChallenge: pending.request.codeChallenge, createdAt: now,
            expiresAt: now + policy.codeLifetime)
        let isIssued = try await answering {
            try await database.write { transaction -> Bool in
                guard try transaction.sessions.find(session.session.digest, at: now) != nil else { return false }
                try transaction.keep(origin, of: grant, at: now)
                try transaction.grants.insert(grant)
                try transaction.authorizationCodes.insert(record)
                try transaction.record(.authorizationGranted(grant, at: now))
                return true
            }
        }
        return isIssued ? code : nil
    }

    private func refuse(_ redirect: ProvenRedirect, _ failure: OAuthFailure) -> AuthorizationResponse {
        answer(redirect, .failure(failure, errorURI: policy.issuer.errorURI(of: failure)))
    }

    private func answer(_ redirect: ProvenRedirect, _ outcome: AuthorizationResponse.Outcome) -> AuthorizationResponse {
        AuthorizationResponse(outcome, to: redirect.uri, by: redirect.responseMode, state: redirect.state, issuer: policy.issuer)
    }
}

extension WriteTransaction {
    fileprivate func keep(_ origin: AuthorizationEndpoint.ConsentOrigin, of grant: Grant, at now: Instant) throws(DatabaseError) {
        switch origin {
        case .remembered(let consent):
            guard let consent, consent.isUseWorthNoting(at: now) else { return }
            try consents.markUsed(grant.residentID, client: grant.clientID, at: now)
        case .given(let consent, let narrows):
            if narrows { try grants.revokeAll(of: grant.residentID, client: grant.clientID, at: now) }
            try consents.record(consent)
            try record(.consentGranted(consent, narrows: narrows, at: now))
        }
    }
}
