import Cryptography
import Hummingbird
import Primitives

/// What holds for every answer: strict headers, one origin only, and a page in plain words where a route has none.
struct AgencyGuard: RouterMiddleware {
    typealias Context = BasicRequestContext

    let agency: Agency
    let pages: AgencyPages

    func handle(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async throws -> Response {
        var response = await answer(request, context: context, next: next)
        for (name, value) in headers { if let name = HTTPFields.Element.Name(name) { response.headers[name] = value } }
        return response
    }

    private func answer(_ request: Request, context: Context, next: (Request, Context) async throws -> Response) async -> Response {
        if request.method == .post {
            // Cookies alone do not tell who wrote a form: browsers name the page it came from.
            guard request.headers[.origin] == agency.origin else {
                return problem(
                    ("We did not do that", "The request did not come from one of our pages.", "Start again from here."), status: .forbidden)
            }
        } else if request.head.authority == "localhost:\(agency.port)" {
            // `localhost` is another origin: a sign-in begun there could never come back to its cookie.
            return .onward(to: agency.origin + (request.uri.path.hasPrefix("/") ? request.uri.path : "/"))
        }
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            let found = error.status != .notFound
            return problem(
                (
                    found ? "We did not understand that" : "There is no such page",
                    found ? "The request was not one we know." : "The address may be mistyped.",
                    "Go to the first page."
                ),
                status: error.status)
        } catch {
            let response = problem(
                ("Something went wrong here", "It is our fault, not yours.", "Try again in a minute."), status: .internalServerError)
            note("demo-agency: unexpected \(error)")
            return response
        }
    }

    private func problem(_ text: (title: String, happened: String, advice: String), status: HTTPResponse.Status) -> Response {
        .page(pages.problem(text, reference: Reference.mint()), status: status)
    }

    /// Forms may lead to the provider: browsers hold `form-action` against the redirects that follow a form as well. The referrer policy is
    /// not `no-referrer`, under which browsers send `Origin: null` with our own forms (Fetch §3.2).
    private var headers: [(String, String)] {
        [
            (
                "Content-Security-Policy",
                "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' \(providerOrigin); base-uri 'none'; frame-ancestors 'none'"
            ),
            ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ]
    }

    private var providerOrigin: String { agency.issuer.split(separator: "/", omittingEmptySubsequences: false).prefix(3).joined(separator: "/") }
}

/// What a resident can read out and staff can find in the log.
enum Reference {
    static func mint() -> String { Base64URL.encode(Randomness.bytes(6)) }
}
