/// The issuer identifier (OpenID Connect Core §2, RFC 8414 §2): `https`, or `http` on a loopback host; no query, no fragment.
///
/// It is compared code point by code point everywhere, so it has one spelling: lower case scheme and host, no trailing slash.
public struct Issuer: Sendable, Hashable {
    public let text: String
    public let isSecure: Bool
    /// Lower case, IPv6 literals in brackets, without the port.
    public let host: String
    /// Empty, or a slash and what follows, without a trailing slash.
    public let path: String

    /// A trailing slash is stripped.
    ///
    /// - Throws: a failure of ``IssuerReference``.
    public init(_ text: String) throws(OAuthFailure) {
        var text = text
        if text.hasSuffix("/") { text.removeLast() }
        let uri: StrictURI
        do throws(StrictURI.Flaw) {
            uri = try StrictURI(text)
        } catch {
            throw OAuthFailure(IssuerReference.malformed, cause: "\(error)")
        }
        guard let host = uri.host, let origin = uri.origin else { throw OAuthFailure(IssuerReference.malformed) }
        guard uri.scheme == "https" || (uri.scheme == "http" && uri.isLoopback) else { throw OAuthFailure(IssuerReference.scheme) }
        guard uri.query == nil else { throw OAuthFailure(IssuerReference.query) }
        guard !uri.path.hasSuffix("/"), !uri.path.contains("//") else { throw OAuthFailure(IssuerReference.path) }
        guard text == origin + uri.path else { throw OAuthFailure(IssuerReference.spelling) }
        self.text = text
        self.host = host
        path = uri.path
        isSecure = uri.scheme == "https"
    }

    /// The absolute address of one of the issuer's resources; `path` starts with a slash.
    public func endpoint(_ path: String) -> String {
        path.hasPrefix("/") ? text + path : text + "/" + path
    }

    /// Scheme, host and port: what a browser calls the origin.
    public var origin: String { String(text.dropLast(path.count)) }

    /// The path of OpenID Connect Discovery §4: appended to the issuer's.
    public var oidcDiscoveryPath: String { path + "/.well-known/openid-configuration" }

    /// The path of RFC 8414 §3.1: inserted between host and path.
    public var oauthMetadataPath: String { "/.well-known/oauth-authorization-server" + path }
}

/// Why an issuer was refused.
public enum IssuerReference: String, FailureReference {
    case malformed = "ISSUER-01"
    case scheme = "ISSUER-02"
    case query = "ISSUER-03"
    case path = "ISSUER-04"
    case spelling = "ISSUER-05"

    public var code: OAuthFailure.Code { .serverError }

    public var meaning: String {
        switch self {
        case .malformed: "The issuer is not an absolute address with a host, or it has a fragment or user information."
        case .scheme: "The issuer must use https; http is for 127.0.0.1, [::1] and localhost."
        case .query: "The issuer must not have a query."
        case .path: "The issuer's path has an empty segment."
        case .spelling: "The issuer must be written in lower case up to its path."
        }
    }
}
