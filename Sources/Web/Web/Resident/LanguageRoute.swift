import Hummingbird
import OAuthProtocol
import Pages
import Provider

/// `POST /language`: the resident's own choice, kept in a cookie. It outranks what an agency asked for with `ui_locales`.
struct LanguageRoute {
    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.form("/language") { request, context in try await choose(request, context) }
    }

    private func choose(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let form = try await request.form()
        let turn = AuthorizationTurn(desk: desk, request: request, now: context.now)
        guard let language = Language.all.first(where: { $0.code == form["language"] }) else {
            throw WebFailure.page(.invalidRequest, status: .badRequest)
        }
        guard desk.isGenuine(form, from: turn.browser, in: request) else {
            throw WebFailure.page(.lostBrowser, status: .forbidden, restart: desk.path("/"))
        }
        var response = Response.seeOther(try destination(form["return_to"], language, turn))
        desk.cookies.set(.language, language.code, in: &response)
        return response
    }

    /// Back to where the switch stood: one of our own pages, never an address from the form.
    private func destination(_ returnPath: String?, _ language: Language, _ turn: AuthorizationTurn) throws -> String {
        let resume = turn.resumeLocation("")
        if let returnPath, returnPath.hasPrefix(resume) {
            let pending = try turn.open(String(returnPath.dropFirst(resume.count))).speaking(language.code)
            return turn.resumeLocation(desk.services.provider.authorization.ticket(for: pending, browser: turn.browser.digest))
        }
        let pages = [SignInRoute.path, HomeRoute.signedOutPath].map(desk.path)
        return pages.first { $0 == returnPath } ?? desk.path("/")
    }
}
