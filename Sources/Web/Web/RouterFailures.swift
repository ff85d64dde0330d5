import Hummingbird

/// Takes the router's own errors out of its hands: it would answer them without a body, and who mistyped an address or sent too much
/// would see an empty page.
struct RouterFailures: RouterMiddleware {
    func handle(
        _ request: Request, context: PorticoContext, next: (Request, PorticoContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            throw WebFailure(error)
        }
    }
}

extension RouterGroup<PorticoContext> {
    /// A route for a form of ours. Who comes by GET, as by typing the address, is told that there is no such page (RFC 9110 §15.5.6).
    func form(_ path: RouterPath, use handler: @escaping @Sendable (Request, PorticoContext) async throws -> Response) {
        post(path, use: handler)
        get(path) { _, _ -> Response in throw WebFailure.page(.unknownPage, status: .methodNotAllowed) }
    }
}
