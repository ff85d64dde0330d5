import Hummingbird
import OAuthProtocol
import Provider

/// `POST /consent`: what the resident allows an agency to know.
struct ConsentRoute {
    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.post("/consent") { request, context in try await submit(request, context) }
    }

    private func submit(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let form = try await request.form()
        let turn = AuthorizationTurn(desk: desk, request: request, now: context.now)
        return try await turn.answer {
            // What was asked stands sealed in the ticket: the form can only take away from it.
            let pending = try turn.open(form: form)
            switch form["decision"] {
            case "allow": return try await turn.allow(pending, ConsentDecision(allowed: Self.allowed(in: form)))
            case "deny": return try await turn.deny(pending)
            default: return try await turn.proceed(pending)
            }
        }
    }

    private static let field = "scope_"

    private static func allowed(in form: FormParameters) -> Set<String> {
        Set(form.names.filter { $0.hasPrefix(field) }.map { String($0.dropFirst(field.count)) })
    }
}
