public import AuditLog
public import Hummingbird
import HummingbirdCore
public import KeyRing
public import Logging
import NIOCore
public import OAuthProtocol
public import Pages
public import Primitives
public import Provider
public import Residents

/// Where and how the server listens.
public struct WebConfiguration: Sendable {
    public var issuer: Issuer
    public var host: String
    public var port: Int
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed; from anyone else the header is ignored.
    public var trustedProxies: Set<String>
    public var maximumConnections: Int

    public init(issuer: Issuer, host: String, port: Int, trustedProxies: Set<String> = [], maximumConnections: Int = 4096) {
        self.issuer = issuer
        self.host = host
        self.port = port
        self.trustedProxies = trustedProxies
        self.maximumConnections = maximumConnections
    }
}

/// What the routes stand on.
public struct WebServices: Sendable {
    public let provider: Provider
    public let signIn: SignIn
    public let sessions: Sessions
    public let keyRing: KeyRing
    public let pages: PageRenderer
    public let timeSource: TimeSource
    /// Whether the database answers: what `/readyz` says.
    public let isReady: @Sendable () async -> Bool
    public let logger: Logger
    /// Where refusals are noted that may be attacks.
    public let securityLog: SecurityLog

    public init(
        provider: Provider, signIn: SignIn, sessions: Sessions, keyRing: KeyRing, pages: PageRenderer,
        timeSource: TimeSource, isReady: @escaping @Sendable () async -> Bool, logger: Logger,
        securityLog: SecurityLog = .none
    ) {
        self.provider = provider
        self.signIn = signIn
        self.sessions = sessions
        self.keyRing = keyRing
        self.pages = pages
        self.timeSource = timeSource
        self.isReady = isReady
        self.logger = logger
        self.securityLog = securityLog
    }
}

/// The HTTP server of Portico.
///
/// Web owns HTTP: routes, strict reading of forms, cookies, headers, and how a failure looks. It holds no rules: what a request
/// may have is decided by `Provider` and `Residents`. A request's way: `Front` → a route → a service → a page or JSON.
///
/// - Parameter onRunning: called with the port once the server listens.
public func buildApplication(
    _ configuration: WebConfiguration, _ services: WebServices, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
) -> Application<Front> {
    Application(
        responder: buildFront(configuration, services),
        server: .http1(
            configuration: .init(
                additionalChannelHandlers: [RequestDeadline()], idleTimeout: .seconds(75),
                httpDecoderConfiguration: .init(maxHeaderFieldSize: 16_384, maxHeaderListSize: 32_768, maxHeaderFieldCount: 100))),
        configuration: .init(
            address: .hostname(configuration.host, port: configuration.port), reuseAddress: true,
            availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
        onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? configuration.port) },
        logger: services.logger)
}

/// The responder alone, for tests that put requests through the router without a socket.
public func buildFront(_ configuration: WebConfiguration, _ services: WebServices) -> Front {
    let router = Router(context: PorticoContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: RouterFailures())
    let routes = router.group(RouterPath(configuration.issuer.path))
    let desk = ReceptionDesk(configuration: configuration, services: services)

    MetadataRoutes(desk: desk).add(to: router, routes)
    TokenRoute(desk: desk).add(to: routes)
    UserInfoRoute(desk: desk).add(to: routes)
    AuthorizeRoute(desk: desk).add(to: routes)
    EndSessionRoute(desk: desk).add(to: routes)
    ErrorsRoute().add(to: routes)

    SignInRoute(desk: desk).add(to: routes)
    ConsentRoute(desk: desk).add(to: routes)
    ChooseAccountRoute(desk: desk).add(to: routes)
    HomeRoute(desk: desk).add(to: routes)
    LanguageRoute(desk: desk).add(to: routes)
    AssetRoutes(pages: services.pages).add(to: routes)

    HealthRoutes(isReady: services.isReady).add(to: router)
    return Front(router: router.buildResponder(), desk: desk)
}
