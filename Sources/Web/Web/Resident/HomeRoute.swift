import Hummingbird
import OAuthProtocol
import Pages
import Primitives
import Provider
import Residents

/// `GET /`, the resident's own page, and `POST /sign-out`, which ends their session here.
struct HomeRoute {
    static let signedOutPath = "/signed-out"

    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.get("/") { request, context in try await show(request, context) }
        routes.form("/sign-out") { request, context in try await signOut(request, context) }
        routes.get(RouterPath(Self.signedOutPath)) { request, _ in
            desk.send(
                SignedOutPage(agency: nil, continueURL: nil), to: request, browser: desk.browser(of: request),
                returnPath: desk.path(Self.signedOutPath))
        }
    }

    private func show(_ request: Request, _ context: PorticoContext) async throws -> Response {
        guard let active = try await desk.session(of: request, at: context.now) else { return .seeOther(desk.path(SignInRoute.path)) }
        let browser = desk.browser(of: request)
        let language = desk.language(of: request)
        let agencies = try await desk.services.provider.usage.agencies(of: active.resident.id).map { use in
            UsedAgency(
                name: use.client.metadata.name(in: [language.code]), clientURL: use.client.metadata.clientURI, firstUsed: use.consent.grantedAt,
                lastUsed: use.consent.lastUsedAt,
                scopes: use.consent.scope.values)
        }
        let page = HomePage(
            residentName: active.resident.displayName, username: active.resident.username.display, agencies: agencies,
            signedInAt: active.session.authTime, expiresAt: active.session.expiresAt, formToken: desk.forms.token(for: browser))
        return desk.send(page, to: request, browser: browser, returnPath: desk.path("/"))
    }

    private func signOut(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let form = try await request.form()
        guard desk.isGenuine(form, from: desk.browser(of: request), in: request) else {
            throw WebFailure.page(.lostBrowser, status: .forbidden, restart: desk.path("/"))
        }
        return try await desk.endSession(of: request, at: context.now, then: .seeOther(desk.path(Self.signedOutPath)))
    }
}

extension ReceptionDesk {
    /// Ends the session that the browser holds, if any, and takes its cookie.
    func endSession(of request: Request, at now: Instant, then response: Response) async throws -> Response {
        if let active = try await session(of: request, at: now) {
            try await services.sessions.end(active.session.digest, at: now, reason: .signedOut)
        }
        var response = response
        cookies.clear(.session, in: &response)
        return response
    }
}
