import Hummingbird
import Primitives

/// The agency's addresses: its front page, the two ends of a sign-in, and the two ways out.
struct AgencyRoutes: Sendable {
    let agency: Agency
    let party: RelyingParty
    let sessions = AgencySessions()
    let pages: AgencyPages
    let timeSource: TimeSource

    init(agency: Agency, provider: OpenIDProvider, outbound: Outbound, timeSource: TimeSource) async throws {
        self.agency = agency
        self.timeSource = timeSource
        party = RelyingParty(agency: agency, provider: provider, outbound: outbound, seal: try CookieSeal())
        pages = try await AgencyPages(agency: agency)
    }

    /// - Parameter ready: called once the agency listens.
    func application(_ ready: @escaping @Sendable () -> Void = {}) -> some ApplicationProtocol {
        let router = Router()
        router.add(middleware: AgencyGuard(agency: agency, pages: pages))
        router.get("/") { request, _ in await home(request) }
        router.post("/sign-in") { _, _ in await signIn() }
        router.get("/callback") { request, _ in await callback(request) }
        router.post("/sign-out") { request, _ in await signOut(request) }
        router.post("/sign-out-everywhere") { request, _ in await signOutEverywhere(request) }
        router.get("/signed-out") { request, _ in await signedOut(request) }
        router.get("/agency.css") { _, _ in Response.cacheable(pages.styleSheet, type: "text/css; charset=utf-8") }
        router.get("/icon.svg") { _, _ in Response.cacheable(pages.icon, type: "image/svg+xml") }
        return Application(
            responder: router.buildResponder(),
            configuration: ApplicationConfiguration(address: .hostname(Agency.host, port: agency.port)),
            onServerRunning: { _ in ready() })
    }

    private func home(_ request: Request) async -> Response {
        if let resident = await sessions.find(request.cookie(sessionCookie), at: timeSource.now()) { return .page(pages.resident(resident)) }
        return .page(pages.welcome())
    }

    private func signIn() async -> Response {
        do throws(SignInFailure) {
            let departure = try await party.begin(at: timeSource.now())
            let cookie = Cookie(name: signInCookie(departure.state), value: departure.sealed, path: "/callback", maxAge: RelyingParty.patience)
            return .onward(to: departure.location, cookies: [cookie])
        } catch {
            return problem(error)
        }
    }

    private func callback(_ request: Request) async -> Response {
        guard let parameters = FormText.decode(request.uri.query ?? ""), let state = parameters["state"] else {
            return problem(SignInFailure(.untrusted, "the answer's parameters cannot be read or lack state"))
        }
        let pending = signInCookie(state)
        let finished = Cookie(name: pending, value: "", path: "/callback", maxAge: .zero)
        do throws(SignInFailure) {
            let resident = try await party.finish(parameters, sealed: request.cookie(pending), at: timeSource.now())
            await sessions.end(request.cookie(sessionCookie))
            let session = Cookie(name: sessionCookie, value: await sessions.open(resident), path: "/", maxAge: nil)
            return .onward(to: "/", cookies: [finished, session])
        } catch {
            return problem(error, cookies: [finished])
        }
    }

    private func signOut(_ request: Request) async -> Response {
        await sessions.end(request.cookie(sessionCookie))
        return .onward(to: "/signed-out", cookies: [endedSession])
    }

    /// Ends the visit here first: what follows happens elsewhere and may not come back.
    private func signOutEverywhere(_ request: Request) async -> Response {
        guard let resident = await sessions.end(request.cookie(sessionCookie)) else { return .onward(to: "/signed-out", cookies: [endedSession]) }
        do throws(SignInFailure) {
            guard let departure = try await party.endSession(hint: resident.idToken.text, at: timeSource.now()) else {
                return .onward(to: "/signed-out", cookies: [endedSession])
            }
            let pending = Cookie(name: signOutCookie, value: departure.sealed, path: "/signed-out", maxAge: RelyingParty.patience)
            return .onward(to: departure.location, cookies: [endedSession, pending])
        } catch {
            return problem(error, cookies: [endedSession])
        }
    }

    private func signedOut(_ request: Request) async -> Response {
        let parameters = FormText.decode(request.uri.query ?? "") ?? [:]
        let everywhere = party.isReturn(parameters, sealed: request.cookie(signOutCookie), at: timeSource.now())
        return .page(pages.signedOut(everywhere: everywhere), cookies: [Cookie(name: signOutCookie, value: "", path: "/signed-out", maxAge: .zero)])
    }

    private func problem(_ failure: SignInFailure, cookies: [Cookie] = []) -> Response {
        let reference = Reference.mint()
        note("demo-agency: \(reference) \(failure.detail)")
        let status: HTTPResponse.Status = failure.kind == .providerUnavailable ? .serviceUnavailable : .badRequest
        return .page(pages.problem(failure.kind.explanation, reference: reference), status: status, cookies: cookies)
    }

    private var sessionCookie: String { agency.cookiePrefix + "_session" }
    private var signOutCookie: String { agency.cookiePrefix + "_signout" }
    private var endedSession: Cookie { Cookie(name: sessionCookie, value: "", path: "/", maxAge: .zero) }

    /// One cookie per sign-in, so that two tabs do not mix. `state` comes from outside here: what is no base64url names no cookie.
    private func signInCookie(_ state: String) -> String {
        let suffix = String(decoding: state.utf8.prefix(12), as: UTF8.self)
        return agency.cookiePrefix + "_signin_" + (Base64URL.decode(suffix) == nil ? "" : suffix)
    }
}
