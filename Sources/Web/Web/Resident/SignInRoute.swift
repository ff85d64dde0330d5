import Cryptography
import HTTPTypes
import Hummingbird
import OAuthProtocol
import Pages
import Primitives
import Provider
import Residents

/// `GET` and `POST /sign-in`: by user name or email address and password, on the way to an agency or to the resident's own page.
struct SignInRoute {
    static let path = "/sign-in"

    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.get(RouterPath(Self.path)) { request, context in try await show(request, context) }
        routes.post(RouterPath(Self.path)) { request, context in try await submit(request, context) }
    }

    private func show(_ request: Request, _ context: PorticoContext) async throws -> Response {
        if try await desk.session(of: request, at: context.now) != nil { return .seeOther(desk.path("/")) }
        let turn = AuthorizationTurn(desk: desk, request: request, now: context.now)
        return page(Visit(turn: turn, pending: nil, session: nil, identifier: ""), problem: nil, status: .ok)
    }

    private func submit(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let form = try await request.form()
        let turn = AuthorizationTurn(desk: desk, request: request, now: context.now)
        return try await turn.answer {
            let visit = Visit(
                turn: turn, pending: try open(form, turn), session: try await desk.session(of: request, at: context.now),
                identifier: form["identifier"] ?? "")
            guard !visit.identifier.isEmpty else { return page(visit, problem: .missingIdentifier, status: .unprocessableContent) }
            guard let password = form["password"] else { return page(visit, problem: .missingPassword, status: .unprocessableContent) }
            let attempt = SignInAttempt(
                identifier: visit.identifier, password: Secret(Array(password.utf8)), address: context.clientAddress?.network ?? "unknown",
                browserDigest: turn.browser.digest, knownBrowser: desk.cookies.value(.device, in: request),
                userAgent: String((request.headers[.userAgent] ?? "").prefix(200)))
            return respond(
                to: try await desk.services.signIn.attempt(attempt, replacing: visit.session?.session.digest, at: context.now), visit)
        }
    }

    /// One coming of a resident to the sign-in page.
    private struct Visit {
        let turn: AuthorizationTurn
        let pending: PendingAuthorization?
        /// A session that lives already: the resident is asked again, or somebody else signs in.
        let session: ActiveSession?
        let identifier: String

        /// The session, where it is this very resident who is asked again.
        var repeated: ActiveSession? { session.flatMap { $0.resident.username.display == identifier ? $0 : nil } }
    }

    /// The pending authorization of a form that has one. A form that is not this browser's leads to a page that begins again.
    private func open(_ form: FormParameters, _ turn: AuthorizationTurn) throws -> PendingAuthorization? {
        if form["ticket"] != nil { return try turn.open(form: form) }
        guard desk.isGenuine(form, from: turn.browser, in: turn.request) else {
            throw WebFailure.page(.lostBrowser, status: .forbidden, restart: desk.path(Self.path))
        }
        return nil
    }

    private func respond(to outcome: SignInOutcome, _ visit: Visit) -> Response {
        switch outcome {
        case .signedIn(let signedIn): welcome(signedIn, visit)
        case .refused: page(visit, problem: .notRecognised, status: .unprocessableContent)
        case .delayed(let wait): page(visit, problem: .delayed(wait: wait), status: .tooManyRequests).retrying(after: wait)
        case .busy(let wait): page(visit, problem: .busy(wait: wait), status: .serviceUnavailable).retrying(after: wait)
        }
    }

    /// The session's cookie is new at every sign-in. A ticket goes on by a GET, so that no reload sends the password again.
    private func welcome(_ signedIn: SignedIn, _ visit: Visit) -> Response {
        let next = visit.pending.map { pending in
            visit.turn.resumeLocation(desk.services.provider.authorization.ticket(for: pending, browser: visit.turn.browser.digest))
        }
        var response = Response.seeOther(next ?? desk.path("/"))
        desk.cookies.set(.session, signedIn.token.text, in: &response)
        desk.cookies.set(.device, signedIn.deviceCookie, in: &response)
        return response
    }

    private func page(_ visit: Visit, problem: SignInProblem?, status: HTTPResponse.Status) -> Response {
        let turn = visit.turn
        if let pending = visit.pending {
            return turn.signInPage(pending, identifier: visit.identifier, problem: problem, session: visit.repeated, status: status)
        }
        let page = SignInPage(
            agency: nil, ticket: nil, formToken: desk.forms.token(for: turn.browser), identifier: visit.identifier, problem: problem,
            signedInAs: nil)
        return desk.send(page, to: turn.request, browser: turn.browser, returnPath: desk.path(Self.path), status: status)
    }
}

extension Response {
    /// RFC 9110 §10.2.3, in whole seconds, rounded up as the page says it: nobody comes back too early.
    fileprivate func retrying(after wait: Duration) -> Response {
        var response = self
        response.headers[.retryAfter] = String(max(1, (wait.milliseconds + 999) / 1000))
        return response
    }
}
