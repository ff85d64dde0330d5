import HTTPTypes
import Hummingbird
import OAuthProtocol
import Pages
import Primitives
import Provider
import Residents

/// `GET` and `POST /authorize`, and `/authorize/resume`, where a resident comes back with a sealed ticket.
struct AuthorizeRoute {
    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.get(RouterPath(Discovery.authorizationPath)) { request, context in try await start(request, context) }
        routes.post(RouterPath(Discovery.authorizationPath)) { request, context in try await startByPost(request, context) }
        routes.get(RouterPath(AuthorizationTurn.resumePath)) { request, context in try await resume(request, context) }
    }

    private var authorization: AuthorizationEndpoint { desk.services.provider.authorization }

    private func start(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let turn = AuthorizationTurn(desk: desk, request: request, now: context.now)
        return try await turn.answer {
            try await turn.proceed(try authorization.receive(try request.queryParameters(), at: context.now))
        }
    }

    /// A form from an agency's site comes without our SameSite cookies. So the request is sealed and taken up again by a GET, with which
    /// the browser sends them.
    private func startByPost(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let turn = AuthorizationTurn(desk: desk, request: request, now: context.now)
        let parameters = try FormParameters.merging(query: try request.queryParameters(), body: try await request.form())
        return try await turn.answer {
            let pending = try authorization.receive(parameters, at: context.now)
            return .seeOther(turn.resumeLocation(authorization.ticket(for: pending, browser: nil)))
        }
    }

    private func resume(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let turn = AuthorizationTurn(desk: desk, request: request, now: context.now)
        return try await turn.answer {
            try await turn.proceed(try turn.open(try request.queryParameters()["ticket"] ?? ""))
        }
    }
}
