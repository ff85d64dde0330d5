/// A successful token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
public struct TokenResponse: Sendable, Hashable {
    public let accessToken: String
    public let tokenType: String
    public let expiresIn: Duration
    public let refreshToken: String?
    /// Sent where it differs from what was asked (RFC 6749 §5.1), and harmless otherwise.
    public let scope: ScopeSet?
    public let idToken: String?

    public init(
        accessToken: String, tokenType: String = "Bearer", expiresIn: Duration, refreshToken: String? = nil, scope: ScopeSet? = nil,
        idToken: String? = nil
    ) {
        self.accessToken = accessToken
        self.tokenType = tokenType
        self.expiresIn = expiresIn
        self.refreshToken = refreshToken
        self.scope = scope
        self.idToken = idToken
    }

    /// The response's JSON; `expires_in` in whole seconds.
    public func jsonBytes() -> [UInt8] {
        let tokens = accessToken.utf8.count + (refreshToken?.utf8.count ?? 0) + (idToken?.utf8.count ?? 0)
        var writer = FlatJSONWriter(capacity: tokens + 256)
        writer.member("access_token", accessToken)
        writer.member("token_type", tokenType)
        writer.member("expires_in", max(0, expiresIn.components.seconds))
        if let refreshToken { writer.member("refresh_token", refreshToken) }
        if let scope { writer.member("scope", scope.text) }
        if let idToken { writer.member("id_token", idToken) }
        return writer.finish()
    }
}
