/// OAuthProtocol owns the wire of OAuth 2.0 and OpenID Connect: it reads requests, client credentials and client metadata strictly into
/// values that cannot be wrong, and writes responses and metadata. Bytes and strings go in, values come out, and back.
///
/// It does not own the HTTP server, storage, signatures or the rules of any product: whether a client exists, a code is fresh or a
/// resident must sign in again is decided above. It reads no clock and fetches nothing.
///
/// Every refusal is an ``OAuthFailure``: the code of the specification, a stable reference and one sentence naming the parameter.
public struct OAuthFailure: Error, Sendable, Hashable {
    /// The `error` values of RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7591 §3.2.2 and OpenID Connect Core §3.1.2.6.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case invalidGrant = "invalid_grant"
        case unauthorizedClient = "unauthorized_client"
        case unsupportedGrantType = "unsupported_grant_type"
        case unsupportedResponseType = "unsupported_response_type"
        case invalidScope = "invalid_scope"
        case accessDenied = "access_denied"
        case serverError = "server_error"
        case temporarilyUnavailable = "temporarily_unavailable"
        case loginRequired = "login_required"
        case consentRequired = "consent_required"
        case interactionRequired = "interaction_required"
        case accountSelectionRequired = "account_selection_required"
        case unmetAuthenticationRequirements = "unmet_authentication_requirements"
        case requestNotSupported = "request_not_supported"
        case requestURINotSupported = "request_uri_not_supported"
        case registrationNotSupported = "registration_not_supported"
        case invalidToken = "invalid_token"
        case insufficientScope = "insufficient_scope"
        case invalidRedirectURI = "invalid_redirect_uri"
        case invalidClientMetadata = "invalid_client_metadata"
    }

    public let code: Code
    /// Stable across releases, such as `TOKEN-12`: in the log and the audit record.
    public let reference: String
    /// The same for pages and `error_uri`, where a catalogue does not put a less telling one in its place.
    public let shownReference: String
    /// One sentence for the developer of the client, naming the parameter; only characters that RFC 6749 §5.2 allows.
    public let description: String
    /// For the log only: never sent.
    public let cause: String?

    /// The description's illegal characters are replaced and its length bounded, so that it may quote what was received.
    ///
    /// - Parameter shownReference: what a client is shown in place of `reference`; nil for `reference` itself.
    public init(_ code: Code, reference: String, shownReference: String? = nil, description: String, cause: String? = nil) {
        self.code = code
        self.reference = reference
        self.shownReference = shownReference ?? reference
        self.description = Self.legalText(description)
        self.cause = cause
    }

    /// A failure listed in a catalogue; without a description the catalogue's own sentence is sent.
    public init(_ entry: some FailureReference, _ description: String? = nil, cause: String? = nil) {
        self.init(
            entry.code, reference: entry.rawValue, shownReference: entry.shown.rawValue, description: description ?? entry.meaning, cause: cause)
    }

    /// The HTTP status of a direct answer (RFC 6749 §5.2, RFC 6750 §3.1). Redirected errors have none.
    public var status: Int {
        switch code {
        case .invalidClient, .invalidToken: 401
        case .insufficientScope: 403
        case .serverError: 500
        case .temporarilyUnavailable: 503
        default: 400
        }
    }

    /// The body of a direct error answer: `error`, `error_description` and, where given, `error_uri`.
    public func jsonBytes(errorURI: String? = nil) -> [UInt8] {
        var writer = FlatJSONWriter(capacity: 192)
        writer.member("error", code.rawValue)
        writer.member("error_description", description)
        if let errorURI { writer.member("error_uri", errorURI) }
        return writer.finish()
    }

    static let maximumDescriptionCharacters = 400

    // RFC 6749 §5.2: error_description is limited to %x20-21 / %x23-5B / %x5D-7E.
    static func legalText(_ text: String) -> String {
        let illegal: (UInt8) -> Bool = { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 > 0x7E }
        if text.utf8.count <= maximumDescriptionCharacters, !text.utf8.contains(where: illegal) { return text }
        var legal = ""
        for scalar in text.unicodeScalars.prefix(maximumDescriptionCharacters) {
            switch scalar {
            case "\"": legal += "'"
            case "\u{20}"..."\u{5B}", "\u{5D}"..."\u{7E}": legal.unicodeScalars.append(scalar)
            default: legal += "?"
            }
        }
        return legal
    }
}
