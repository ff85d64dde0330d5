import Hummingbird
import OAuthProtocol
import Provider

/// `POST /choose-account`: go on as the resident who is signed in, or sign in as another (`prompt=select_account`).
struct ChooseAccountRoute {
    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.post("/choose-account") { request, context in try await submit(request, context) }
    }

    private func submit(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let form = try await request.form()
        let turn = AuthorizationTurn(desk: desk, request: request, now: context.now)
        return try await turn.answer {
            let pending = try turn.open(form: form)
            switch form["decision"] {
            case "continue": return try await turn.continueAsChosen(pending)
            case "other": return turn.signInPage(pending.choosingAccount(), identifier: "", problem: nil, session: nil)
            default: return try await turn.proceed(pending)
            }
        }
    }
}
