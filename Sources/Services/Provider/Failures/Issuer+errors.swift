public import OAuthProtocol

extension Issuer {
    /// The `error_uri` of a failure (RFC 6749 §5.2): its place in the list of all references that this issuer serves.
    public func errorURI(of failure: OAuthFailure) -> String {
        endpoint(Discovery.errorsPath) + "#" + failure.shownReference
    }
}
