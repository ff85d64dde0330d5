import Cryptography
import Domain
import HTTPTypes
import Hummingbird
import OAuthProtocol
import Pages
import Primitives
import Provider
import Residents

/// One turn of an authorization in one browser: asks the provider what is missing, and shows the page that asks for it.
struct AuthorizationTurn {
    static let resumePath = "/authorize/resume"

    let desk: ReceptionDesk
    let request: Request
    let now: Instant
    let browser: BrowserIdentity

    init(desk: ReceptionDesk, request: Request, now: Instant) {
        self.desk = desk
        self.request = request
        self.now = now
        browser = desk.browser(of: request)
    }

    private var authorization: AuthorizationEndpoint { desk.services.provider.authorization }

    // MARK: Steps

    /// Runs a turn; a failure that belongs to the agency is delivered there.
    func answer(_ work: () async throws -> Response) async throws -> Response {
        do {
            return try await work()
        } catch AuthorizationFailure.redirect(let failure, let response) {
            desk.logRefusal(failure)
            return deliver(response)
        }
    }

    func proceed(_ pending: PendingAuthorization) async throws -> Response {
        let session = try await desk.session(of: request, at: now)
        return show(try await authorization.advance(pending, session: session, at: now), pending, session)
    }

    func allow(_ pending: PendingAuthorization, _ decision: ConsentDecision) async throws -> Response {
        let session = try await desk.session(of: request, at: now)
        return show(try await authorization.allow(pending, session: session, decision: decision, at: now), pending, session)
    }

    /// The resident goes on with the account that the page showed. Whoever signed in since is asked anew.
    func continueAsChosen(_ pending: PendingAuthorization) async throws -> Response {
        let isSame = pending.wasAsked(in: try await desk.session(of: request, at: now))
        return try await proceed(isSame ? pending.choosingAccount() : pending)
    }

    func deny(_ pending: PendingAuthorization) async throws -> Response {
        deliver(try await authorization.deny(pending, session: try await desk.session(of: request, at: now), at: now))
    }

    /// The request that a form carries. What was lost or has grown old leads to a page with a way to begin again.
    func open(_ ticket: String) throws -> PendingAuthorization {
        switch try authorization.open(ticket, browser: browser.isNew ? nil : browser.digest, at: now) {
        case .open(let pending): return pending
        case .expired(let pending): throw restart(pending, .expired)
        case .otherBrowser(let pending): throw restart(pending, .lostBrowser)
        }
    }

    /// The request inside a form of ours that came back, once the form has proved to be this browser's.
    func open(form: FormParameters) throws -> PendingAuthorization {
        let pending = try open(form["ticket"] ?? "")
        guard desk.isGenuine(form, from: browser, in: request) else { throw restart(pending, .lostBrowser) }
        return pending
    }

    private func restart(_ pending: PendingAuthorization, _ kind: ErrorPage.Kind) -> WebFailure {
        .page(kind, status: .forbidden, restart: resumeLocation(authorization.ticket(for: pending, browser: nil)))
    }

    // MARK: Pages

    func signInPage(
        _ pending: PendingAuthorization, identifier: String, problem: SignInProblem?, session: ActiveSession?,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let ticket = authorization.ticket(for: pending, browser: browser.digest)
        let page = SignInPage(
            agency: agency(pending), ticket: ticket, formToken: desk.forms.token(for: browser), identifier: identifier, problem: problem,
            signedInAs: session?.resident.displayName)
        return send(page, pending, ticket: ticket, status: status)
    }

    func resumeLocation(_ ticket: String) -> String {
        desk.path(Self.resumePath) + "?ticket=" + ticket
    }

    private func show(_ step: AuthorizationStep, _ pending: PendingAuthorization, _ session: ActiveSession?) -> Response {
        switch step {
        case .answer(let response): return deliver(response)
        case .signIn(.again):
            return signInPage(pending, identifier: session?.resident.username.display ?? "", problem: .reauthenticate, session: session)
        case .signIn(.needed):
            return signInPage(pending, identifier: pending.request.loginHint ?? "", problem: nil, session: nil)
        case .chooseAccount:
            guard let session else { return signInPage(pending, identifier: "", problem: nil, session: nil) }
            return chooseAccountPage(pending, session)
        case .consent(let question):
            guard let session else { return signInPage(pending, identifier: "", problem: nil, session: nil) }
            return consentPage(pending, question, session)
        }
    }

    private func chooseAccountPage(_ pending: PendingAuthorization, _ session: ActiveSession) -> Response {
        let ticket = authorization.ticket(for: pending.asking(session), browser: browser.digest)
        let page = ChooseAccountPage(
            agency: agency(pending), ticket: ticket, formToken: desk.forms.token(for: browser), accountName: session.resident.displayName,
            accountDetail: session.resident.username.display)
        return send(page, pending, ticket: ticket)
    }

    private func consentPage(_ pending: PendingAuthorization, _ question: ConsentQuestion, _ session: ActiveSession) -> Response {
        let ticket = authorization.ticket(for: pending.asking(session), browser: browser.digest)
        let scopes = question.parts.map { part in
            ConsentScope(
                scope: part.scope, values: session.resident.displayTexts(of: question.claimNames(of: part)), required: part.isRequired,
                alreadyGranted: part.wasAllowed)
        }
        let page = ConsentPage(
            agency: agency(pending), residentName: session.resident.displayName, ticket: ticket, scopes: scopes,
            formToken: desk.forms.token(for: browser))
        return send(page, pending, ticket: ticket)
    }

    private func send(_ page: some Page, _ pending: PendingAuthorization, ticket: String, status: HTTPResponse.Status = .ok) -> Response {
        // Chrome holds the redirect after a form to `form-action` as well: the agency's origin must be named.
        desk.send(
            page, to: request, browser: browser, uiLocales: pending.request.uiLocales, returnPath: resumeLocation(ticket),
            formActions: [FormActionSource.of(pending.redirect.uri)], status: status)
    }

    private func agency(_ pending: PendingAuthorization) -> AgencyLabel {
        let language = desk.language(of: request, uiLocales: pending.request.uiLocales)
        return AgencyLabel(name: pending.client.metadata.name(in: [language.code]), uri: pending.client.metadata.clientURI)
    }

    /// Hands the answer to the agency, by redirect or by a form that the browser posts.
    private func deliver(_ response: AuthorizationResponse) -> Response {
        switch response.responseMode {
        case .query: return .seeOther(response.location)
        case .formPost:
            let page = FormPostPage(action: response.redirectURI, pairs: response.pairs.map { (name: $0.0, value: $0.1) })
            return desk.send(page, to: request, browser: browser, formActions: [FormActionSource.of(response.redirectURI)])
        }
    }
}
