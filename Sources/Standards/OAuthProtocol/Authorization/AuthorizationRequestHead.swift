/// What must be right before an error may be redirected: the client and its redirect URI (RFC 6749 §4.1.2.1).
///
/// Failures here, and until the redirect URI is proven to be the client's, are pages of the server.
public struct AuthorizationRequestHead: Sendable, Hashable {
    public let clientID: ClientID
    /// As it was sent; nil where it was not.
    public let redirectURI: String?

    public init(_ parameters: FormParameters) throws(OAuthFailure) {
        guard let clientID = parameters["client_id"] else { throw OAuthFailure(AuthorizationReference.clientIDMissing) }
        guard let clientID = ClientID(rawValue: clientID) else { throw OAuthFailure(AuthorizationReference.clientIDMalformed) }
        self.clientID = clientID
        redirectURI = parameters["redirect_uri"]
    }
}
