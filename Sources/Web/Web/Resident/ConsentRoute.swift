import Hummingbird
import OAuthProtocol
import Provider

/// `POST /consent`: what the resident allows an agency to know.
struct ConsentRoute {
    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        // What was asked stands sealed in the ticket: the form can only take away from it.
        routes.decision("/consent", desk) { decision, form, pending, turn in
            switch decision {
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
