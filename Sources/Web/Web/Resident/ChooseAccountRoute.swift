import Hummingbird
import OAuthProtocol
import Provider

/// `POST /choose-account`: go on as the resident who is signed in, or sign in as another (`prompt=select_account`).
struct ChooseAccountRoute {
    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.decision("/choose-account", desk) { decision, _, pending, turn in
            switch decision {
            case "continue": return try await turn.continueAsChosen(pending)
            case "other": return turn.signInPage(pending.choosingAccount(), identifier: "", problem: nil, session: nil)
            default: return try await turn.proceed(pending)
            }
        }
    }
}
