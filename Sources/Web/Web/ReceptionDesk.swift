import Cryptography
import HTTPTypes
import Hummingbird
import OAuthProtocol
import Pages
import Primitives
import Provider
import Residents

/// What every route needs: the services, the browser's cookies, the resident behind them, and how a page is sent.
struct ReceptionDesk: Sendable {
    let configuration: WebConfiguration
    let services: WebServices
    let cookies: BrowserCookies
    let forms: FormTokens
    private let proxies: Set<ClientAddress>

    init(configuration: WebConfiguration, services: WebServices) {
        self.configuration = configuration
        self.services = services
        cookies = BrowserCookies(isSecure: configuration.issuer.isSecure)
        forms = FormTokens(key: services.keyRing.secrets.forms)
        proxies = Set(configuration.trustedProxies.compactMap(ClientAddress.init))
    }

    /// A path of ours, below the issuer's.
    func path(_ path: String) -> String { configuration.issuer.path + path }

    /// The resident whose session this browser holds.
    func session(of request: Request, at now: Instant) async throws -> ActiveSession? {
        guard let cookie = cookies.value(.session, in: request) else { return nil }
        return try await services.sessions.resume(cookie, at: now)
    }

    /// The browser's own identity: what its cookie says, or a new one that the answer must set.
    func browser(of request: Request) -> BrowserIdentity {
        cookies.value(.browser, in: request).flatMap { BearerToken($0, kind: .browser) }.map { BrowserIdentity(token: $0, isNew: false) }
            ?? BrowserIdentity(token: .mint(.browser), isNew: true)
    }

    func language(of request: Request, uiLocales: [String] = []) -> Language {
        Language.choose(
            uiLocales: uiLocales, residentChoice: cookies.value(.language, in: request), acceptLanguage: request.headers[.acceptLanguage])
    }

    /// Sends `page`, sets the browser's cookie where it is new, and says which addresses its forms may lead to.
    func send(
        _ page: some Page, to request: Request, browser: BrowserIdentity, uiLocales: [String] = [], returnPath: String? = nil,
        formActions: [String] = [], status: HTTPResponse.Status = .ok
    ) -> Response {
        let context = PageContext(returnPath: returnPath, formToken: forms.token(for: browser))
        let rendered = services.pages.render(page, in: language(of: request, uiLocales: uiLocales), context: context)
        var response = Response(
            status: status, headers: .page(formActions: formActions), body: .init(byteBuffer: ByteBuffer(bytes: rendered.bytes)))
        if browser.isNew { cookies.set(.browser, browser.token.text, in: &response) }
        return response
    }

    func errorPage(_ kind: ErrorPage.Kind, detail: String?, reference: IncidentReference, restart: String?, request: Request) -> Response {
        let page = ErrorPage(kind: kind, detail: detail, reference: reference.description, restart: restart.map(RestartLink.init(url:)))
        return send(page, to: request, browser: browser(of: request))
    }

    /// Whether a form was rendered for this browser and comes from one of our pages.
    func isGenuine(_ form: FormParameters, from browser: BrowserIdentity, in request: Request) -> Bool {
        forms.isGenuine(form, from: browser, in: request, origin: configuration.issuer.origin)
    }

    /// Notes a refusal that travels to the agency rather than to a page of ours.
    func logRefusal(_ failure: OAuthFailure) {
        services.logger.info(
            "authorization refused",
            metadata: [
                "failure": "\(failure.reference)", "error": "\(failure.code.rawValue)", "cause": "\(failure.cause ?? failure.description)",
            ])
    }

    /// Where a request comes from: the connection's other end, or the last address that a trusted proxy added. What a proxy wrote and is
    /// no address counts as the proxy's own.
    func clientAddress(of request: Request, peer: String?) -> ClientAddress? {
        guard let peer = peer.flatMap(ClientAddress.init) else { return nil }
        guard proxies.contains(peer), let forwarded = request.headers[.xForwardedFor] else { return peer }
        for hop in forwarded.split(separator: ",").reversed() {
            guard let address = ClientAddress(hop.trimmingWhitespace()) else { return peer }
            if !proxies.contains(address) { return address }
        }
        return peer
    }
}

extension Substring {
    fileprivate func trimmingWhitespace() -> String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}

extension HTTPFields {
    static func page(formActions: [String]) -> HTTPFields {
        [
            .contentType: "text/html; charset=utf-8",
            .cacheControl: "no-store",
            .contentSecurityPolicy: PageRenderer.contentSecurityPolicy(formActions: formActions),
            .xFrameOptions: "DENY",
            .referrerPolicy: "no-referrer",
            .crossOriginOpenerPolicy: "same-origin",
        ]
    }
}

extension HTTPField.Name {
    static let xForwardedFor = HTTPField.Name("X-Forwarded-For") ?? .via
    static let xFrameOptions = HTTPField.Name("X-Frame-Options") ?? .via
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .via
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy") ?? .via
    static let secFetchSite = HTTPField.Name("Sec-Fetch-Site") ?? .via
    static let pragma = HTTPField.Name("Pragma") ?? .via
}
