import Hummingbird
import OAuthProtocol
import Provider

extension RouterGroup<PorticoContext> {
    /// A form by which a resident decides something on the way to an agency: which button was pressed, the form, and the request in its ticket.
    func decision(
        _ path: RouterPath, _ desk: ReceptionDesk,
        _ answer: @escaping @Sendable (String?, FormParameters, PendingAuthorization, AuthorizationTurn) async throws -> Response
    ) {
        form(path) { request, context in
            let form = try await request.form()
            let turn = AuthorizationTurn(desk: desk, request: request, now: context.now)
            return try await turn.answer { try await answer(form["decision"], form, try turn.open(form: form), turn) }
        }
    }
}
