import Database
import OAuthProtocol
import Primitives

/// Every setting with its value in force. The initial values are the defaults; `SettingTable` says what each one is called and accepts.
struct Settings: Sendable {
    /// Nil: plain HTTP on loopback, at the server's port.
    var issuer: Issuer?
    var server = Server()
    var database = DatabaseLocation.sqlite(path: "portico.db")
    var databaseConnections = 16
    var masterKeyFile = "keys/local/master.key"
    var password = Password()
    var session = Session()
    var tokens = Tokens()
    var pages = Pages()
    var log = Log()

    struct Server: Sendable {
        var host = "127.0.0.1"
        var port = 8080
        var trustedProxies: [String] = []
        var maximumConnections = 10_000
    }

    struct Password: Sendable {
        var memoryKiB = 65_536
        var iterations = 3
        var parallelism = 1
        var workers = 2
        var queueLimit = 32
        var minimumLength = 15
    }

    struct Session: Sendable {
        var idle = Duration.minutes(60)
        var absolute = Duration.hours(12)
    }

    struct Tokens: Sendable {
        var accessToken = Duration.seconds(300)
        var idToken = Duration.seconds(300)
        var code = Duration.seconds(60)
        var refreshToken = Duration.days(30)
        var refreshGrace = Duration.seconds(10)
        var ticket = Duration.minutes(30)
    }

    struct Pages: Sendable {
        var operatorName = "Portico"
        var helpURL: String?
        var overrideFolder: String?
    }

    struct Log: Sendable {
        enum Level: String, Sendable, CaseIterable { case trace, debug, info, notice, warning, error, critical }
        enum Format: String, Sendable, CaseIterable { case json, text }

        var level = Level.info
        var format = Format.json
    }

    /// The issuer in force.
    ///
    /// - Throws: a failure of `IssuerReference`; never where `issuer` is set.
    func resolvedIssuer() throws(OAuthFailure) -> Issuer {
        if let issuer { return issuer }
        return try Issuer("http://127.0.0.1:\(server.port)")
    }
}

/// Where the database is.
enum DatabaseLocation: Sendable, Hashable {
    /// Relative paths are relative to the working directory.
    case sqlite(path: String)
    case postgres(PostgresURL)

    /// Nil where `text` is neither.
    init?(_ text: String) {
        guard text.isOneLine else { return nil }
        if let url = PostgresURL(text) {
            self = .postgres(url)
            return
        }
        guard text.hasPrefix("sqlite:") else { return nil }
        let path = String(text.dropFirst("sqlite:".count))
        guard !path.isEmpty, !path.hasPrefix("//"), path != ":memory:" else { return nil }
        self = .sqlite(path: path)
    }

    /// For people: a password in it is not shown.
    var text: String {
        switch self {
        case .sqlite(let path): "sqlite:" + path
        case .postgres(let url): url.description
        }
    }
}
