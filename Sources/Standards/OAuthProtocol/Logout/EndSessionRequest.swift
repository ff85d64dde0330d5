/// A logout request (OpenID Connect RP-Initiated Logout 1.0 §2), by GET or POST. Nothing in it has been verified.
public struct EndSessionRequest: Sendable, Hashable {
    /// A compact JWS by its characters.
    public let idTokenHint: String?
    /// Untrusted text for display; anything longer than 320 bytes or with control characters is dropped.
    public let logoutHint: String?
    public let clientID: ClientID?
    /// As it was sent: a registered value must be equal to it byte for byte.
    public let postLogoutRedirectURI: String?
    public let state: String?
    public let uiLocales: [String]

    /// - Throws: the failures of ``LogoutReference``: answered by a page, never by a redirect.
    public init(_ parameters: FormParameters) throws(OAuthFailure) {
        if let hint = parameters["id_token_hint"] {
            guard hint.utf8.count <= 4096, hint.utf8.allSatisfy(\.isUnreserved) else { throw OAuthFailure(LogoutReference.idTokenHint) }
        }
        idTokenHint = parameters["id_token_hint"]
        logoutHint = AuthorizationReading.loginHint(parameters["logout_hint"])
        clientID = parameters["client_id"].flatMap(ClientID.init(rawValue:))
        if parameters["client_id"] != nil, clientID == nil { throw OAuthFailure(LogoutReference.clientID) }
        postLogoutRedirectURI = parameters["post_logout_redirect_uri"]
        if let uri = postLogoutRedirectURI, uri.utf8.count > StrictURI.maximumBytes { throw OAuthFailure(LogoutReference.redirectURI) }
        if let state = parameters["state"] {
            guard state.utf8.count <= AuthorizationReading.maximumStateBytes, state.hasNoControls else {
                throw OAuthFailure(LogoutReference.state)
            }
        }
        state = parameters["state"]
        uiLocales = LanguageTag.list(parameters["ui_locales"])
    }

    /// The parameters again, to keep the request in a confirmation form.
    public func formPairs() -> [(String, String)] {
        let pairs: [(String, String?)] = [
            ("id_token_hint", idTokenHint), ("logout_hint", logoutHint), ("client_id", clientID?.rawValue),
            ("post_logout_redirect_uri", postLogoutRedirectURI), ("state", state),
            ("ui_locales", uiLocales.isEmpty ? nil : uiLocales.joined(separator: " ")),
        ]
        return pairs.compactMap { name, value in value.map { (name, $0) } }
    }

    /// Where to send the browser once `redirectURI` is proven: the URI with the state, if any.
    public static func location(of redirectURI: RedirectURI, state: String?) -> String {
        guard let state else { return redirectURI.text }
        return redirectURI.text + (redirectURI.text.contains("?") ? "&" : "?") + FormEncoding.encode([("state", state)])
    }
}

/// Why a logout request was refused.
public enum LogoutReference: String, FailureReference {
    case idTokenHint = "LOGOUT-01"
    case clientID = "LOGOUT-02"
    case redirectURI = "LOGOUT-03"
    case state = "LOGOUT-04"

    public var code: OAuthFailure.Code { .invalidRequest }

    public var meaning: String {
        switch self {
        case .idTokenHint: "The parameter 'id_token_hint' is not an ID token."
        case .clientID: "The parameter 'client_id' must be 1 to 256 visible ASCII characters."
        case .redirectURI: "The parameter 'post_logout_redirect_uri' is longer than any this server registers."
        case .state: "The parameter 'state' is longer than 2048 bytes or contains control characters."
        }
    }
}
