/// Whether a client runs on a server or on the resident's device (OpenID Connect Registration §2).
public enum ApplicationType: String, Sendable, Hashable, CaseIterable {
    case web
    case native
}

/// A redirect URI that may be registered (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1).
///
/// `https`; or `http` on a loopback host for a native client or where an operator registers; or, for a native client, a private-use
/// scheme with a dot in it. No fragment, no user information, no wildcard, no dot segment, nothing a browser would have to repair.
public struct RedirectURI: Hashable, Sendable {
    public let text: String
    /// Lower case, IPv6 literals in brackets; nil for a private-use scheme, whose authority names nobody.
    public let host: String?
    /// `scheme://host[:port]` of an `https` or `http` URI; nil for a private-use scheme.
    public let origin: String?
    /// Whether the host is this very machine, by address or as `localhost`.
    public let isLoopback: Bool

    /// - Throws: `invalid_redirect_uri`, naming what is wrong.
    public init(registering text: String, applicationType: ApplicationType, operatorRegistered: Bool) throws(OAuthFailure) {
        let uri: StrictURI
        do throws(StrictURI.Flaw) {
            uri = try StrictURI(text)
        } catch {
            throw RedirectReference(error).failure(text)
        }
        // A wildcard would be compared literally, so it never does what its author hopes.
        guard !text.utf8.contains(UInt8(ascii: "*")) else { throw RedirectReference.wildcard.failure(text) }
        let isWebScheme = uri.scheme == "https" || uri.scheme == "http"
        if isWebScheme {
            try Self.checkWeb(uri, applicationType, operatorRegistered)
        } else {
            // RFC 8252 §7.1: a domain name in reverse, so a dot; this also shuts out javascript:, data:, file: and their like.
            guard applicationType == .native, uri.scheme.contains(".") else { throw RedirectReference.scheme.failure(text) }
        }
        self.text = text
        host = isWebScheme ? uri.host : nil
        origin = isWebScheme ? uri.origin : nil
        isLoopback = isWebScheme && uri.isLoopback
    }

    /// Whether a request names this URI: byte for byte, except that a native client may use any port of the registered loopback
    /// address (RFC 8252 §7.3). `localhost` is a name, not an address: its port counts.
    public func matches(requested: String, applicationType: ApplicationType) -> Bool {
        if text.isIdentical(to: requested) { return true }
        guard applicationType == .native, let own = try? StrictURI(text), own.scheme == "http", own.isLoopbackLiteral,
            let other = try? StrictURI(requested)
        else { return false }
        return other.text.hasPrefix("http://") && own.host == other.host && own.target.isIdentical(to: other.target)
    }

    private static func checkWeb(_ uri: StrictURI, _ type: ApplicationType, _ operatorRegistered: Bool) throws(OAuthFailure) {
        guard uri.host != nil else { throw RedirectReference.host.failure(uri.text) }
        // Compared byte for byte later: one spelling only.
        guard uri.text.hasPrefix("\(uri.scheme)://") else { throw RedirectReference.schemeCase.failure(uri.text) }
        if uri.scheme == "http", !uri.isLoopback { throw RedirectReference.http.failure(uri.text) }
        if uri.isLoopback, type == .web, !operatorRegistered { throw RedirectReference.loopback.failure(uri.text) }
    }
}

/// Why a redirect URI was refused at registration.
public enum RedirectReference: String, FailureReference {
    case tooLong = "REDIRECT-01"
    case character = "REDIRECT-02"
    case percentCoding = "REDIRECT-03"
    case fragment = "REDIRECT-04"
    case scheme = "REDIRECT-05"
    case userInformation = "REDIRECT-06"
    case host = "REDIRECT-07"
    case port = "REDIRECT-08"
    case dotSegment = "REDIRECT-09"
    case wildcard = "REDIRECT-10"
    case http = "REDIRECT-11"
    case loopback = "REDIRECT-12"
    case schemeCase = "REDIRECT-13"
    case missing = "REDIRECT-14"
    case tooMany = "REDIRECT-15"
    case duplicate = "REDIRECT-16"

    public var code: OAuthFailure.Code { .invalidRedirectURI }

    public var meaning: String { "A redirect URI \(predicate)." }

    init(_ flaw: StrictURI.Flaw) {
        switch flaw {
        case .tooLong: self = .tooLong
        case .character: self = .character
        case .percentCoding: self = .percentCoding
        case .fragment: self = .fragment
        case .scheme: self = .scheme
        case .userInformation: self = .userInformation
        case .authority, .host: self = .host
        case .port: self = .port
        case .dotSegment: self = .dotSegment
        }
    }

    func failure(_ text: String) -> OAuthFailure {
        OAuthFailure(self, "The redirect URI '\(text.prefix(120))' \(predicate).")
    }

    private var predicate: String {
        switch self {
        case .tooLong: "is longer than 2048 bytes"
        case .character: "contains a character that a URI must not have"
        case .percentCoding: "contains a percent sign that does not encode a printable character"
        case .fragment: "has a fragment"
        case .scheme: "must use https, or, for a native client, a private-use scheme with a dot in it"
        case .userInformation: "has user information before its host"
        case .host: "has no valid host"
        case .port: "has no valid port"
        case .dotSegment: "has a dot segment in its path"
        case .wildcard: "contains a wildcard; every redirect URI is registered in full"
        case .http: "may use http only on 127.0.0.1, [::1] or localhost"
        case .loopback: "is on this machine, which only a native client or an operator may register"
        case .schemeCase: "must write its scheme in lower case, followed by two slashes"
        case .missing: "is required for the grant authorization_code: the member 'redirect_uris' is missing or empty"
        case .tooMany: "is one too many: a list may hold 50"
        case .duplicate: "is listed twice"
        }
    }
}
