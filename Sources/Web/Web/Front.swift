import AuditLog
import HTTPTypes
public import Hummingbird
import Logging
import NIOHTTP1
import OAuthProtocol
import Primitives

/// Every request passes here on its way in and out: time is read once, limits are checked, failures get their one rendering,
/// and each answer gets the headers that all have.
public struct Front: HTTPResponder {
    let router: RouterResponder<PorticoContext>
    let desk: ReceptionDesk

    public func respond(to request: Request, context: PorticoContext) async throws -> Response {
        var context = context
        context.now = desk.services.timeSource.now()
        context.clientAddress = desk.clientAddress(of: request, peer: context.peer)
        var response = try await answer(request, context)
        response.headers.addSecurityHeaders(isSecure: desk.configuration.issuer.isSecure)
        return response
    }

    private func answer(_ request: Request, _ context: PorticoContext) async throws -> Response {
        do {
            guard request.uri.string.utf8.count <= Self.longestTarget else { throw WebFailure.page(.tooLarge, status: .uriTooLong) }
            return try await router.respond(to: request, context: context)
        } catch let error as HTTPParserError {
            // The bytes of the body are no HTTP: the server answers 400 and closes, for what follows them cannot be trusted (A79).
            throw error
        } catch {
            return render(WebFailure(error), request, context)
        }
    }

    /// Long enough for a sealed ticket in the query, short enough for the proxies in front (nginx allows 8 KiB by default).
    static let longestTarget = 8192

    private func render(_ failure: WebFailure, _ request: Request, _ context: PorticoContext) -> Response {
        let reference = IncidentReference.random()
        log(failure, reference: reference, request, context)
        switch failure {
        case .json(let failure, let challenge): return .oauthError(failure, challenge: challenge, issuer: desk.configuration.issuer)
        case .page(let kind, let status, let cause, let restart):
            var response = desk.errorPage(kind, detail: cause?.publicText, reference: reference, restart: restart, request: request)
            response.status = status
            if status == .serviceUnavailable { response.headers[.retryAfter] = "5" }
            if status == .methodNotAllowed { response.headers[.allow] = "POST" }
            return response
        case .plain(let status, let headers):
            return Response(status: status, headers: headers)
        }
    }

    private func log(_ failure: WebFailure, reference: IncidentReference, _ request: Request, _ context: PorticoContext) {
        var metadata: Logger.Metadata = [
            "reference": "\(reference)", "method": "\(request.method)", "path": "\(request.uri.path)",
            "address": "\(context.clientAddress?.text ?? "unknown")",
        ]
        if let cause = failure.cause {
            metadata["failure"] = "\(cause.reference)"
            metadata["error"] = "\(cause.code.rawValue)"
            metadata["cause"] = "\(cause.cause ?? cause.description)"
        }
        let level: Logger.Level = failure.isOurs ? .error : .info
        desk.services.logger.log(level: level, "request refused", metadata: metadata)
        if let notice = failure.notice {
            desk.services.securityLog.note(
                notice, address: context.clientAddress?.network, reference: failure.cause?.reference ?? reference.description)
        }
    }
}

extension HTTPFields {
    mutating func addSecurityHeaders(isSecure: Bool) {
        self[.xContentTypeOptions] = "nosniff"
        if self[.cacheControl] == nil { self[.cacheControl] = "no-store" }
        if isSecure { self[.strictTransportSecurity] = "max-age=63072000; includeSubDomains" }
    }
}
