/// What goes back to the client through the browser (RFC 6749 §4.1.2), always with `iss` (RFC 9207).
///
/// The redirect URI must have been proven to be the client's before one of these is made.
public struct AuthorizationResponse: Sendable, Hashable {
    public enum Outcome: Sendable, Hashable {
        case code(String)
        case failure(OAuthFailure, errorURI: String?)
    }

    public let redirectURI: String
    public let responseMode: ResponseMode
    public let outcome: Outcome
    public let state: String?
    public let issuer: Issuer

    public init(_ outcome: Outcome, to redirectURI: String, by responseMode: ResponseMode, state: String?, issuer: Issuer) {
        self.outcome = outcome
        self.redirectURI = redirectURI
        self.responseMode = responseMode
        self.state = state
        self.issuer = issuer
    }

    /// The response's parameters, unencoded: for the page of `form_post`, which must escape them for HTML.
    public var pairs: [(String, String)] {
        var pairs: [(String, String)]
        switch outcome {
        case .code(let code):
            pairs = [("code", code)]
        case .failure(let failure, let errorURI):
            pairs = [("error", failure.code.rawValue), ("error_description", failure.description)]
            if let errorURI { pairs.append(("error_uri", errorURI)) }
        }
        if let state { pairs.append(("state", state)) }
        pairs.append(("iss", issuer.text))
        return pairs
    }

    /// The text of `Location` for the mode `query`. A query that the redirect URI already has is kept (RFC 6749 §3.1.2).
    public var location: String {
        let separator: String
        if !redirectURI.contains("?") {
            separator = "?"
        } else {
            separator = redirectURI.hasSuffix("?") || redirectURI.hasSuffix("&") ? "" : "&"
        }
        return redirectURI + separator + FormEncoding.encode(pairs)
    }

    /// What an error response needs of a request that could not be read: the state where it is legal, and the mode, `query` where it is not.
    public static func replyParameters(in parameters: FormParameters) -> (state: String?, responseMode: ResponseMode) {
        let state = try? AuthorizationReading.state(parameters["state"])
        return (state ?? nil, parameters["response_mode"].flatMap(ResponseMode.init(rawValue:)) ?? .query)
    }
}
