import HTTPTypes
import Hummingbird
import OAuthProtocol
import Primitives
import Provider

/// `GET` and `POST /userinfo` (OpenID Connect Core §5.3.1, RFC 6750).
struct UserInfoRoute {
    let desk: ReceptionDesk

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.get(RouterPath(Discovery.userInfoPath)) { request, context in try await answer(request, form: nil, context) }
        routes.post(RouterPath(Discovery.userInfoPath)) { request, context in
            // RFC 6750 §2.2: the token may be in the body, but only of a form; other bodies are not looked at.
            let form = request.headers[.contentType] == nil ? nil : try? await request.form()
            return try await answer(request, form: form, context)
        }
    }

    private func answer(_ request: Request, form: FormParameters?, _ context: PorticoContext) async throws -> Response {
        do {
            let inQuery = try request.queryParameters()["access_token"] != nil
            let token = try BearerAuthorization.read(
                authorizationHeader: request.headers[.authorization], form: form, queryHasToken: inQuery)
            guard let token else {
                // RFC 6750 §3.1: a request without a token is told nothing but how to authenticate.
                throw WebFailure.plain(.unauthorized, [.wwwAuthenticate: BearerAuthorization.challenge(realm: "portico")])
            }
            let claims = try await desk.services.provider.userInfo.answer(token, at: context.now)
            return .json(JSONValue.object(claims).serializedBytes())
        } catch let failure as OAuthFailure {
            let scope = failure.code == .insufficientScope ? ScopeSet([.openid]) : nil
            // A challenge asks for another token: it belongs to refusals, not to our own faults.
            let challenge = failure.status < 500 ? BearerAuthorization.challenge(realm: "portico", failure: failure, scope: scope) : nil
            throw WebFailure.json(failure, challenge: challenge)
        }
    }
}
