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
        return page(nil, AuthorizationTurn(desk: desk, request: request, now: context.now), identifier: "", problem: nil, status: .ok)
    }

    private func submit(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let form = try await request.form()
        let turn = AuthorizationTurn(desk: desk, request: request, now: context.now)
        return try await turn.answer {
            let pending = try open(form, turn)
            let identifier = form["identifier"] ?? ""
            guard !identifier.isEmpty else {
                return page(pending, turn, identifier: "", problem: .missingIdentifier, status: .unprocessableContent)
            }
            guard let password = form["password"] else {
                return page(pending, turn, identifier: identifier, problem: .missingPassword, status: .unprocessableContent)
            }
            let attempt = SignInAttempt(
                identifier: identifier, password: Secret(Array(password.utf8)), address: context.clientAddress,
                browserDigest: turn.browser.digest, knownBrowser: desk.cookies.value(.device, in: request),
                userAgent: String((request.headers[.userAgent] ?? "").prefix(200)))
            let previous = try await desk.session(of: request, at: context.now)?.session.digest
            let outcome = try await desk.services.signIn.attempt(attempt, replacing: previous, at: context.now)
            return respond(to: outcome, pending, turn, identifier: identifier)
        }
    }

    /// The pending authorization of a form that has one. A form that is not this browser's leads to a page that begins again.
    private func open(_ form: FormParameters, _ turn: AuthorizationTurn) throws -> PendingAuthorization? {
        if form["ticket"] != nil { return try turn.open(form: form) }
        guard desk.isGenuine(form, from: turn.browser, in: turn.request) else {
            throw WebFailure.page(.lostBrowser, status: .forbidden, restart: desk.path(Self.path))
        }
        return nil
    }

    private func respond(
        to outcome: SignInOutcome, _ pending: PendingAuthorization?, _ turn: AuthorizationTurn, identifier: String
    ) -> Response {
        switch outcome {
        case .signedIn(let signedIn):
            return welcome(signedIn, pending, turn)
        case .refused:
            return page(pending, turn, identifier: identifier, problem: .notRecognised, status: .unprocessableContent)
        case .delayed(let wait):
            return page(pending, turn, identifier: identifier, problem: .delayed(wait: wait), status: .tooManyRequests).retrying(after: wait)
        case .busy(let wait):
            return page(pending, turn, identifier: identifier, problem: .busy(wait: wait), status: .serviceUnavailable).retrying(after: wait)
        }
    }

    /// The session's cookie is new at every sign-in. A ticket goes on by a GET, so that no reload sends the password again.
    private func welcome(_ signedIn: SignedIn, _ pending: PendingAuthorization?, _ turn: AuthorizationTurn) -> Response {
        let next = pending.map { pending in
            turn.resumeLocation(desk.services.provider.authorization.ticket(for: pending, browser: turn.browser.digest))
        }
        var response = Response.seeOther(next ?? desk.path("/"))
        desk.cookies.set(.session, signedIn.token.text, in: &response)
        desk.cookies.set(.device, signedIn.deviceCookie, in: &response)
        return response
    }

    private func page(
        _ pending: PendingAuthorization?, _ turn: AuthorizationTurn, identifier: String, problem: SignInProblem?, status: HTTPResponse.Status
    ) -> Response {
        if let pending { return turn.signInPage(pending, identifier: identifier, problem: problem, session: nil, status: status) }
        let page = SignInPage(
            agency: nil, ticket: nil, formToken: desk.forms.token(for: turn.browser), identifier: identifier, problem: problem, reference: nil,
            signedInAs: nil)
        return desk.send(page, to: turn.request, browser: turn.browser, returnPath: desk.path(Self.path), status: status)
    }
}

extension Response {
    /// RFC 9110 §10.2.3, in whole seconds and never less than one.
    fileprivate func retrying(after wait: Duration) -> Response {
        var response = self
        response.headers[.retryAfter] = String(max(1, wait.wholeSeconds))
        return response
    }
}
