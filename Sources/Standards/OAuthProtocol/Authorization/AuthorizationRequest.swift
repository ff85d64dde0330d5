/// An authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1) whose parameters are all right in themselves.
///
/// Whether the client exists and may ask this is not decided here.
public struct AuthorizationRequest: Sendable, Hashable {
    public let clientID: ClientID
    /// As it was sent; nil where it was not.
    public let redirectURI: String?
    /// Byte for byte what was sent, at most 2,048 bytes, without control characters.
    public let state: String?
    public let responseMode: ResponseMode?
    /// Also what this server does not know: unknown scopes are for the caller to ignore.
    public let scope: ScopeSet
    /// At most 512 bytes.
    public let nonce: String?
    public let prompt: Set<Prompt>
    /// Whole seconds, 0 to 2³¹.
    public let maxAge: Duration?
    public let display: Display?
    public private(set) var uiLocales: [String]
    public let claimsLocales: [String]
    /// Untrusted text for display, at most 320 bytes; anything longer or with control characters is dropped.
    public let loginHint: String?
    /// A compact JWS by its characters; nothing in it has been checked.
    public let idTokenHint: String?
    public let acrValues: [String]
    public let claims: ClaimsRequest
    public let codeChallenge: CodeChallenge?

    /// Of ``packed``, so that a request that is accepted fits, sealed, into an address of 8 KiB.
    public static let maximumBytes = 5120

    /// - Throws: the failures of ``AuthorizationReference``, ``ScopeReference``, ``ClaimsReference`` and ``PKCEReference``.
    public init(_ parameters: FormParameters) throws(OAuthFailure) {
        let head = try AuthorizationRequestHead(parameters)
        try AuthorizationReading.refuseIndirectRequests(parameters)
        try AuthorizationReading.checkResponseType(parameters["response_type"])
        clientID = head.clientID
        redirectURI = head.redirectURI
        responseMode = try AuthorizationReading.responseMode(parameters["response_mode"])
        state = try AuthorizationReading.state(parameters["state"])
        nonce = try AuthorizationReading.nonce(parameters["nonce"])
        scope = try parameters["scope"].map { text throws(OAuthFailure) in try ScopeSet(parsing: text) } ?? .empty
        prompt = try AuthorizationReading.prompt(parameters["prompt"])
        maxAge = try AuthorizationReading.maxAge(parameters["max_age"])
        display = parameters["display"].flatMap(Display.init(rawValue:))
        uiLocales = LanguageTag.list(parameters["ui_locales"])
        claimsLocales = LanguageTag.list(parameters["claims_locales"])
        loginHint = AuthorizationReading.loginHint(parameters["login_hint"])
        idTokenHint = try AuthorizationReading.idTokenHint(parameters["id_token_hint"])
        acrValues = AuthorizationReading.acrValues(parameters["acr_values"])
        claims = try parameters["claims"].map { text throws(OAuthFailure) in try ClaimsRequest(parsing: text) } ?? .empty
        codeChallenge = try AuthorizationReading.codeChallenge(parameters)
        guard packed.utf8.count <= Self.maximumBytes else { throw OAuthFailure(AuthorizationReference.tooLarge) }
    }

    /// Whether an ID token is asked for (OpenID Connect Core §3.1.2.1).
    public var isOpenID: Bool { scope.contains(.openid) }

    /// The same request in a language that the resident chose.
    public func speaking(_ language: String) -> AuthorizationRequest {
        var request = self
        request.uiLocales = [language]
        return request
    }

    /// The request for a form of ours: ``FormParameters/init(packed:)`` reads it back as an equal request.
    public var packed: String { FormParameters.pack(formPairs()) }

    /// The parameters again, to keep the request in a form or to start it anew: reading them gives an equal request.
    public func formPairs() -> [(String, String)] {
        var pairs: [(String, String)] = [("client_id", clientID.rawValue), ("response_type", "code")]
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { pairs.append((name, value)) }
        }
        add("redirect_uri", redirectURI)
        add("response_mode", responseMode?.rawValue)
        add("scope", scope.text)
        add("state", state)
        add("nonce", nonce)
        add("prompt", Prompt.allCases.filter(prompt.contains).map(\.rawValue).joined(separator: " "))
        add("max_age", maxAge.map { String($0.components.seconds) })
        add("display", display?.rawValue)
        add("ui_locales", uiLocales.joined(separator: " "))
        add("claims_locales", claimsLocales.joined(separator: " "))
        add("login_hint", loginHint)
        add("id_token_hint", idTokenHint)
        add("acr_values", acrValues.joined(separator: " "))
        add("claims", claims.isEmpty ? nil : claims.serialized)
        add("code_challenge", codeChallenge?.challenge)
        add("code_challenge_method", codeChallenge == nil ? nil : "S256")
        return pairs
    }
}
