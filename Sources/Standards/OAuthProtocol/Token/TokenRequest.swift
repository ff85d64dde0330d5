/// The grants this wire can carry (RFC 6749 §4.1.3, §4.4.2 and §6).
public enum GrantType: String, Sendable, Hashable, CaseIterable {
    case authorizationCode = "authorization_code"
    case refreshToken = "refresh_token"
    case clientCredentials = "client_credentials"
}

/// A token request (RFC 6749 §3.2), without the client's credentials.
public enum TokenRequest: Sendable, Hashable {
    case authorizationCode(code: String, redirectURI: String?, codeVerifier: String?)
    case refreshToken(token: String, scope: ScopeSet?)
    case clientCredentials(scope: ScopeSet?)

    static let maximumCodeBytes = 1024

    /// - Throws: the failures of ``TokenReference``, ``ScopeReference`` and ``PKCEReference``.
    public init(_ form: FormParameters) throws(OAuthFailure) {
        guard let name = form["grant_type"] else { throw OAuthFailure(TokenReference.grantTypeMissing) }
        guard let grantType = GrantType(rawValue: name) else { throw OAuthFailure(TokenReference.grantTypeUnsupported) }
        switch grantType {
        case .authorizationCode:
            self = try Self.readCode(form)
        case .refreshToken:
            guard let token = form["refresh_token"] else { throw OAuthFailure(TokenReference.refreshTokenMissing) }
            guard token.isVisibleASCII(upTo: Self.maximumCodeBytes) else { throw OAuthFailure(TokenReference.refreshTokenMalformed) }
            self = .refreshToken(token: token, scope: try Self.scope(form))
        case .clientCredentials:
            self = .clientCredentials(scope: try Self.scope(form))
        }
    }

    public var grantType: GrantType {
        switch self {
        case .authorizationCode: .authorizationCode
        case .refreshToken: .refreshToken
        case .clientCredentials: .clientCredentials
        }
    }

    private static func readCode(_ form: FormParameters) throws(OAuthFailure) -> TokenRequest {
        guard let code = form["code"] else { throw OAuthFailure(TokenReference.codeMissing) }
        guard code.isVisibleASCII(upTo: maximumCodeBytes) else { throw OAuthFailure(TokenReference.codeMalformed) }
        let verifier = form["code_verifier"]
        if let verifier, !CodeChallenge.isVerifier(verifier) { throw OAuthFailure(PKCEReference.verifierMalformed) }
        let redirectURI = form["redirect_uri"]
        if let redirectURI, redirectURI.utf8.count > StrictURI.maximumBytes { throw OAuthFailure(TokenReference.redirectURITooLong) }
        return .authorizationCode(code: code, redirectURI: redirectURI, codeVerifier: verifier)
    }

    private static func scope(_ form: FormParameters) throws(OAuthFailure) -> ScopeSet? {
        guard let text = form["scope"] else { return nil }
        return try ScopeSet(parsing: text)
    }
}

/// Why a token request was refused before its grant was looked at.
public enum TokenReference: String, FailureReference {
    case grantTypeMissing = "TOKEN-01"
    case grantTypeUnsupported = "TOKEN-02"
    case codeMissing = "TOKEN-03"
    case codeMalformed = "TOKEN-04"
    case redirectURITooLong = "TOKEN-05"
    case refreshTokenMissing = "TOKEN-06"
    case refreshTokenMalformed = "TOKEN-07"

    public var code: OAuthFailure.Code {
        switch self {
        case .grantTypeUnsupported: .unsupportedGrantType
        case .codeMalformed, .redirectURITooLong, .refreshTokenMalformed: .invalidGrant
        default: .invalidRequest
        }
    }

    public var meaning: String {
        switch self {
        case .grantTypeMissing: "The parameter 'grant_type' is missing."
        case .grantTypeUnsupported: "The parameter 'grant_type' must be 'authorization_code', 'refresh_token' or 'client_credentials'."
        case .codeMissing: "The parameter 'code' is missing."
        case .codeMalformed: "The parameter 'code' is not a code of this server."
        case .redirectURITooLong: "The parameter 'redirect_uri' is not the one of the authorization request."
        case .refreshTokenMissing: "The parameter 'refresh_token' is missing."
        case .refreshTokenMalformed: "The parameter 'refresh_token' is not a token of this server."
        }
    }
}
