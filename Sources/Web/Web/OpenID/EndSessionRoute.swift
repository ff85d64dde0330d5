import Hummingbird
import OAuthProtocol
import Pages
import Primitives
import Provider

/// `GET` and `POST /logout`, the end-session endpoint (OpenID Connect RP-Initiated Logout 1.0), and the resident's answer to it.
struct EndSessionRoute {
    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.get(RouterPath(Discovery.endSessionPath)) { request, context in try await receive(request, context) }
        routes.post(RouterPath(Discovery.endSessionPath)) { request, _ in try await receiveByPost(request) }
        routes.form(RouterPath(Discovery.endSessionPath + "/confirm")) { request, context in try await confirm(request, context) }
    }

    private func receive(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let endSession = desk.services.provider.endSession
        let received = try EndSessionRequest(try request.queryParameters())
        let session = try await desk.session(of: request, at: context.now)
        switch try endSession.receive(received, session: session) {
        case .end(let logout):
            return try await desk.endSession(of: request, at: context.now, then: leave(logout, request))
        case .signedOut(let logout):
            return leave(logout, request)
        case .confirm(let logout):
            let browser = desk.browser(of: request)
            let language = desk.language(of: request, uiLocales: received.uiLocales)
            let page = SignOutPage(
                agencyName: logout.client?.metadata.name(in: [language.code]),
                logout: endSession.ticket(for: received, browser: browser.digest, at: context.now),
                formToken: desk.forms.token(for: browser))
            let destination = logout.destination.map { FormActionSource.of($0.uri.text) }
            return desk.send(page, to: request, browser: browser, uiLocales: received.uiLocales, formActions: destination.map { [$0] } ?? [])
        }
    }

    /// As at the authorization endpoint: a form from another site comes without our cookies, a GET with them.
    private func receiveByPost(_ request: Request) async throws -> Response {
        let parameters = try FormParameters.merging(query: try request.queryParameters(), body: try await request.form())
        let received = try EndSessionRequest(parameters)
        return .seeOther(desk.path(Discovery.endSessionPath) + "?" + FormEncoding.encode(received.formPairs()))
    }

    private func confirm(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let form = try await request.form()
        let browser = desk.browser(of: request)
        guard desk.isGenuine(form, from: browser, in: request),
            let logout = desk.services.provider.endSession.confirmed(form["logout"] ?? "", browser: browser.digest, at: context.now)
        else { throw WebFailure.page(.lostBrowser, status: .forbidden, restart: desk.path("/")) }
        guard form["decision"] == "sign_out" else { return .seeOther(desk.path("/")) }
        return try await desk.endSession(of: request, at: context.now, then: leave(logout, request))
    }

    /// Where the resident goes after signing out: the agency's registered page, or ours.
    private func leave(_ logout: Logout, _ request: Request) -> Response {
        if let destination = logout.destination { return .seeOther(destination.location) }
        let page = SignedOutPage(agency: nil, continueURL: nil)
        return desk.send(page, to: request, browser: desk.browser(of: request), returnPath: desk.path(HomeRoute.signedOutPath))
    }
}
