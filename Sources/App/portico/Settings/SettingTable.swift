import OAuthProtocol
import Primitives

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Every setting there is, in the order in which `portico config` prints them. What is not here is refused by name.
enum SettingTable {
    static let all: [Setting] = [issuer] + server + storage + password + session + tokens + pages + log

    private static let issuer = Setting(
        "issuer", accepted: "an https address without query or fragment (http only on 127.0.0.1, [::1] or localhost)",
        help: "The address that residents see and tokens name. Changing it later breaks every agency."
    ) { raw, settings in
        guard let text = raw.text, let issuer = try? Issuer(text) else { return false }
        settings.issuer = issuer
        return true
    } show: { settings in
        (try? settings.resolvedIssuer()).map { .string($0.text) } ?? .null
    }

    private static let server: [Setting] = [
        .text("server.host", \.server.host, help: "The address to listen on."),
        .integer("server.port", \.server.port, 1...65_535, help: "The port to listen on."),
        Setting(
            "server.trusted-proxies", accepted: "a list of IP addresses",
            help: "Proxies whose forwarded headers count. Nobody else's do."
        ) { raw, settings in
            guard raw.list.allSatisfy(AddressText.isAddress) else { return false }
            settings.server.trustedProxies = raw.list
            return true
        } show: {
            .array($0.server.trustedProxies.map(JSONValue.string))
        },
        .integer("server.maximum-connections", \.server.maximumConnections, 1...1_000_000, help: "Connections open at once; more wait."),
    ]

    private static let storage: [Setting] = [
        Setting(
            "database.url", accepted: "sqlite: and a path, or a postgres:// connection URI",
            help: "Where everything is kept. PostgreSQL takes every parameter that libpq knows."
        ) { raw, settings in
            guard let location = raw.text.flatMap({ DatabaseLocation($0) }) else { return false }
            settings.database = location
            return true
        } show: {
            .string($0.database.text)
        },
        .integer(
            "database.connections", \.databaseConnections, 2...1000,
            help: "Connections to PostgreSQL at most; one more listens. SQLite needs none."),
        .text("keys.master-file", \.masterKeyFile, help: "The file that holds the master key (mode 0600). Back it up apart from the database."),
    ]

    private static let password: [Setting] = [
        .integer("password.memory-kib", \.password.memoryKiB, 8...4_194_304, help: "Memory of one password hash (Argon2id's m)."),
        .integer("password.iterations", \.password.iterations, 1...1000, help: "Passes over that memory (Argon2id's t)."),
        .integer("password.parallelism", \.password.parallelism, 1...64, help: "Lanes of one password hash (Argon2id's p)."),
        .integer("password.workers", \.password.workers, 1...1024, help: "Hashes computed at once. Memory in use is at most workers × memory."),
        .integer("password.queue-limit", \.password.queueLimit, 0...100_000, help: "Sign-ins that may wait for a worker; more are answered 503."),
        .integer("password.minimum-length", \.password.minimumLength, 8...128, help: "Characters a new password must have at least."),
    ]

    private static let session: [Setting] = [
        .duration("session.idle-minutes", \.session.idle, 1...1440, .minutes, help: "A session unused for this long ends."),
        .duration("session.absolute-hours", \.session.absolute, 1...720, .hours, help: "A session ends after this long in any case."),
    ]

    private static let tokens: [Setting] = [
        .duration("tokens.access-token-seconds", \.tokens.accessToken, 30...3600, .seconds, help: "Life of an access token."),
        .duration("tokens.id-token-seconds", \.tokens.idToken, 30...3600, .seconds, help: "Life of an ID token."),
        .duration("tokens.code-seconds", \.tokens.code, 10...600, .seconds, help: "Life of an authorization code."),
        .duration("tokens.refresh-token-days", \.tokens.refreshToken, 1...365, .days, help: "Life of a refresh token."),
        .duration(
            "tokens.refresh-grace-seconds", \.tokens.refreshGrace, 0...60, .seconds,
            help: "How long a used refresh token is answered again, for a lost answer."),
        .duration("tokens.ticket-minutes", \.tokens.ticket, 5...240, .minutes, help: "How long a resident may take from arriving to deciding."),
    ]

    private static let pages: [Setting] = [
        .text("pages.operator-name", \.pages.operatorName, help: "Who runs this service, as residents read it."),
        .optionalText(
            "pages.help-url", \.pages.helpURL, accepted: "an https address", help: "Where residents find help; no link without it.",
            where: { $0.hasPrefix("https://") && $0.utf8.count > "https://".utf8.count }),
        .optionalText("pages.override-folder", \.pages.overrideFolder, help: "A folder whose templates, languages and assets replace ours."),
    ]

    private static let log: [Setting] = [
        .choice("log.level", \.log.level, help: "The least that is logged."),
        .choice("log.format", \.log.format, help: "One JSON object a line, or text for people."),
    ]
}

/// The written form of an address; which one a request came from is decided where requests arrive.
enum AddressText {
    static func isAddress(_ text: String) -> Bool {
        var buffer = in6_addr()
        return inet_pton(AF_INET, text, &buffer) == 1 || inet_pton(AF_INET6, text, &buffer) == 1
    }
}
