public import OAuthProtocol
public import Primitives

/// The token endpoint (RFC 6749 §3.2): authenticate the client, redeem what it presents, issue.
public struct TokenEndpoint: Sendable {
    let authentication: ClientAuthentication
    let codes: CodeRedemption
    let refreshing: RefreshRotation
    let issuer: TokenIssuer

    public func answer(_ request: TokenRequest, from caller: ClientCredentials, at now: Instant) async throws(OAuthFailure) -> TokenResponse {
        let client = try await authentication.authenticate(caller, at: now)
        try client.require(request.grantType)
        // Before anything is spent: what cannot be signed must not cost a code or turn a refresh token over.
        let signers = try issuer.signers(for: client)
        let redemption = try await redeem(request, by: client, at: now)
        return try issuer.issue(for: redemption, to: client, with: signers, at: now)
    }

    /// The one step that differs from grant to grant.
    private func redeem(_ request: TokenRequest, by client: AuthenticatedClient, at now: Instant) async throws(OAuthFailure) -> Redemption {
        switch request {
        case .authorizationCode(let code, let redirectURI, let verifier):
            try await codes.redeem(code, redirectURI: redirectURI, verifier: verifier, by: client, at: now)
        case .refreshToken(let token, let scope):
            try await refreshing.redeem(token, narrowingTo: scope, by: client, at: now)
        case .clientCredentials(let scope):
            try clientCredentials(scope, by: client)
        }
    }

    /// RFC 6749 §4.4: the client acts for itself; no resident, no refresh token, no ID token.
    private func clientCredentials(_ scope: ScopeSet?, by client: AuthenticatedClient) throws(OAuthFailure) -> Redemption {
        let registered = client.client.metadata.scope ?? .empty
        let allowed = registered.subtracting(.standard)
        guard scope?.isSubset(of: allowed) ?? true else {
            throw OAuthFailure(GrantReference.scopeNotRegistered)
        }
        return .client(scope: scope ?? allowed)
    }
}
