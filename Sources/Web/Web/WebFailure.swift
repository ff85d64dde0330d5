import HTTPTypes
import Hummingbird
import OAuthProtocol
import Pages
import Primitives
import Provider
import Residents

/// How a request failed, in the form its caller understands.
enum WebFailure: Error {
    /// For a program: the OAuth error object, and the challenge of a 401.
    case json(OAuthFailure, challenge: String? = nil)
    /// For a person.
    case page(ErrorPage.Kind, status: HTTPResponse.Status, cause: PageCause? = nil, restart: String? = nil)
    /// For neither: a bare status.
    case plain(HTTPResponse.Status, HTTPFields = [:])

    /// Whatever was thrown on the way, as one of these.
    init(_ error: any Error) {
        switch error {
        case let failure as WebFailure: self = failure
        case AuthorizationFailure.page(let failure): self = .page(for: failure)
        case let failure as OAuthFailure: self = .page(for: failure)
        case let error as HTTPError where error.status == .contentTooLarge: self = .page(.tooLarge, status: .contentTooLarge)
        case let error as HTTPError where error.status == .notFound: self = .page(.unknownPage, status: .notFound)
        case let error as HTTPError: self = .page(.invalidRequest, status: error.status)
        case let error as ResidentError: self = .page(for: OAuthFailure(ServerReference.unavailable, cause: "\(error)"))
        default: self = .page(.serverError, status: .internalServerError, cause: .hidden("\(error)"))
        }
    }

    /// An OAuth failure where only a page can be shown.
    static func page(for failure: OAuthFailure) -> WebFailure {
        switch failure.code {
        case .temporarilyUnavailable: .page(.unavailable, status: .serviceUnavailable, cause: .oauth(failure))
        case .serverError: .page(.serverError, status: .internalServerError, cause: .oauth(failure))
        default: .page(.invalidRequest, status: .badRequest, cause: .oauth(failure))
        }
    }

    var cause: OAuthFailure? {
        switch self {
        case .json(let failure, _): failure
        case .page(_, _, .oauth(let failure)?, _): failure
        case .page(_, _, .hidden(let text)?, _): OAuthFailure(ServerReference.failed, cause: text)
        case .page, .plain: nil
        }
    }

    /// Whether the fault is ours.
    var isOurs: Bool {
        cause.map { $0.code == .serverError || $0.code == .temporarilyUnavailable } ?? false
    }
}

/// What lies behind an error page.
enum PageCause {
    /// Its sentence is for the integrator and may be shown.
    case oauth(OAuthFailure)
    /// For the log only.
    case hidden(String)

    var publicText: String? {
        switch self {
        case .oauth(let failure): "\(failure.shownReference): \(failure.description)"
        case .hidden: nil
        }
    }
}

extension Response {
    /// An OAuth error as JSON (RFC 6749 §5.2).
    static func oauthError(_ failure: OAuthFailure, challenge: String? = nil, issuer: Issuer) -> Response {
        var response = Response.json(failure.jsonBytes(errorURI: issuer.errorURI(of: failure)), status: .init(code: failure.status))
        if let challenge { response.headers[.wwwAuthenticate] = challenge }
        if failure.code == .temporarilyUnavailable { response.headers[.retryAfter] = "1" }
        return response
    }

    /// A JSON answer that nobody may keep (RFC 6749 §5.1).
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .cacheControl: "no-store", .pragma: "no-cache"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// RFC 9700 §4.12: 303, so that no browser repeats the form, and what was in it, at the next address.
    static func seeOther(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location])
    }
}
