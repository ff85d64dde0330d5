import Cryptography

/// Who this agency is and which provider it trusts: everything the command line said, and nothing more.
struct Agency: Sendable {
    let name: String
    let tagline: String
    let accent: Accent
    let port: Int
    /// The provider's issuer identifier, without a trailing slash.
    let issuer: String
    let clientID: String
    let clientSecret: Secret
    let scope: String

    enum Accent: String, Sendable, CaseIterable {
        case teal, plum
    }

    /// The agency is tried at home, so it listens on loopback and nowhere else. Written as an address: `localhost` would be another
    /// origin to the browser, and cookies set for one are not sent to the other.
    static let host = "127.0.0.1"

    var origin: String { "http://\(Self.host):\(port)" }
    var redirectURI: String { origin + "/callback" }
    var signedOutURI: String { origin + "/signed-out" }

    /// Cookies are shared by all ports of one host, so each agency's begin with its own identifier.
    var cookiePrefix: String { clientID }
}

extension Agency {
    /// Whether an address may carry tokens: HTTPS anywhere, plain HTTP only where the traffic never leaves this machine.
    static func isProtected(_ url: String) -> Bool {
        if url.hasPrefix("https://") { return true }
        guard url.hasPrefix("http://") else { return false }
        let authority = url.dropFirst("http://".count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ["127.0.0.1", "localhost", "[::1]"].contains(String(host))
    }
}
