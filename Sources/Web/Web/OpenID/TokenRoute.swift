import HTTPTypes
import Hummingbird
import OAuthProtocol
import Provider

/// `POST /token` (RFC 6749 §3.2).
struct TokenRoute {
    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.post(RouterPath(Discovery.tokenPath)) { request, context in try await answer(request, context) }
        routes.get(RouterPath(Discovery.tokenPath)) { _, _ -> Response in throw WebFailure.plain(.methodNotAllowed, [.allow: "POST"]) }
    }

    private func answer(_ request: Request, _ context: PorticoContext) async throws -> Response {
        let authorization = request.headers[.authorization]
        do {
            // RFC 6749 §2.3.1, §3.2: credentials and grants "MUST NOT be included in the request URI".
            guard request.uri.query?.isEmpty ?? true else { throw OAuthFailure(WebReference.parametersInQuery) }
            let form = try await request.form()
            let caller = try ClientCredentials.read(authorizationHeader: authorization, form: form)
            let response = try await desk.services.provider.token.answer(try TokenRequest(form), from: caller, at: context.now)
            return .json(response.jsonBytes())
        } catch let failure as OAuthFailure {
            // RFC 6749 §5.2: a client that used the Authorization header is answered with its scheme.
            throw WebFailure.json(failure, challenge: failure.code == .invalidClient ? "Basic realm=\"portico\"" : nil)
        } catch let error as HTTPError {
            throw WebFailure.json(OAuthFailure(error.status == .contentTooLarge ? WebReference.bodyTooLarge : .notAForm))
        }
    }
}
