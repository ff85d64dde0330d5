/// Access tokens at a protected resource (RFC 6750).
public enum BearerAuthorization {
    static let maximumTokenBytes = 16_384

    /// The access token by the header or, in a form body, by `access_token`: one of them only, and never by the query.
    ///
    /// - Returns: nil where no token was sent: the answer is then 401 with a challenge that names no error (RFC 6750 §3.1).
    /// - Throws: the failures of ``BearerReference``.
    public static func read(authorizationHeader: String?, form: FormParameters?, queryHasToken: Bool) throws(OAuthFailure) -> String? {
        guard !queryHasToken else { throw OAuthFailure(BearerReference.tokenInQuery) }
        let fromBody = form?["access_token"]
        let fromHeader = authorizationHeader.flatMap { AuthorizationHeader.credentials(of: $0, scheme: "bearer") }
        if fromHeader != nil, fromBody != nil { throw OAuthFailure(BearerReference.severalTokens) }
        guard let token = fromHeader.map(String.init) ?? fromBody else { return nil }
        guard token.utf8.count <= maximumTokenBytes, isToken(token) else { throw OAuthFailure(BearerReference.tokenMalformed) }
        return token
    }

    /// The value of `WWW-Authenticate` (RFC 6750 §3). Without a failure it names none, as for a request without a token.
    public static func challenge(realm: String, failure: OAuthFailure? = nil, scope: ScopeSet? = nil) -> String {
        var parts = ["realm=\"\(OAuthFailure.legalText(realm))\""]
        if let failure {
            parts.append("error=\"\(failure.code.rawValue)\"")
            // The description holds neither quotes nor backslashes, so it needs no quoting of its own.
            parts.append("error_description=\"\(failure.description)\"")
        }
        if let scope { parts.append("scope=\"\(scope.text)\"") }
        return "Bearer " + parts.joined(separator: ", ")
    }

    // RFC 6750 §2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
    private static func isToken(_ text: String) -> Bool {
        var bytes = text.utf8[...]
        while bytes.last == UInt8(ascii: "=") { bytes.removeLast() }
        return !bytes.isEmpty && bytes.allSatisfy { $0.isUnreserved || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
    }
}

/// Why an access token was refused before it was verified.
public enum BearerReference: String, FailureReference {
    case tokenInQuery = "BEARER-01"
    case severalTokens = "BEARER-02"
    case tokenMalformed = "BEARER-03"

    public var code: OAuthFailure.Code { .invalidRequest }

    public var meaning: String {
        switch self {
        case .tokenInQuery: "The parameter 'access_token' must not be sent in the query."
        case .severalTokens: "The access token was sent both in the Authorization header and in the body."
        case .tokenMalformed: "The access token has characters that no bearer token has."
        }
    }
}
