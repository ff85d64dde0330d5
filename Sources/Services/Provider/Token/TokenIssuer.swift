import Cryptography
import Domain
import KeyRing
import OAuthProtocol
import Primitives

/// Makes the tokens of a successful token request: an RFC 9068 access token, and an ID token where `openid` was granted.
struct TokenIssuer: Sendable {
    let policy: ProviderPolicy
    let keyRing: KeyRing
    let subjects: Subjects

    /// What the tokens of one response are signed with.
    struct Signers {
        let accessToken: TokenSigner
        /// Nil for a client that never gets an ID token.
        let idToken: TokenSigner?
    }

    /// - Throws: `server_error` where an algorithm that the client is registered for has no active key.
    func signers(for caller: AuthenticatedClient) throws(OAuthFailure) -> Signers {
        let keys = keyRing.snapshot
        let metadata = caller.client.metadata
        let mayGetIDToken = metadata.grantTypes.contains(.authorizationCode)
        return Signers(
            accessToken: try signer(.es256, keys), idToken: mayGetIDToken ? try signer(metadata.idTokenSignedResponseAlg, keys) : nil)
    }

    func issue(
        for redemption: Redemption, to caller: AuthenticatedClient, with signers: Signers, at now: Instant
    ) throws(OAuthFailure) -> TokenResponse {
        let client = caller.client
        switch redemption {
        case .client(let scope):
            let access = AccessToken(client: client, scope: scope, policy: policy, at: now)
            return TokenResponse(
                accessToken: try sign(access.claims, typ: "at+jwt", with: signers.accessToken), expiresIn: policy.accessTokenLifetime,
                refreshToken: nil, scope: scope, idToken: nil)
        case .resident(let redemption):
            let subject = subjects.subject(of: redemption.resident.id, for: client)
            let access = AccessToken(redemption, client: client, subject: subject, policy: policy, at: now)
            let accessToken = try sign(access.claims, typ: "at+jwt", with: signers.accessToken)
            let idToken = try signers.idToken.flatMap { signer throws(OAuthFailure) in
                try self.idToken(redemption, client, subject: subject, accessToken: accessToken, with: signer, at: now)
            }
            return TokenResponse(
                accessToken: accessToken, expiresIn: policy.accessTokenLifetime, refreshToken: redemption.refreshToken?.text,
                scope: redemption.scope, idToken: idToken)
        }
    }

    private func idToken(
        _ redemption: ResidentRedemption, _ client: Client, subject: String, accessToken: String, with signer: TokenSigner, at now: Instant
    ) throws(OAuthFailure) -> String? {
        guard redemption.scope.contains(.openid) else { return nil }
        let sessionID = redemption.grant.sessionDigest.map { subjects.sessionID(of: $0, for: client) }
        let token = IDToken(
            redemption, client: client, subject: subject, sessionID: sessionID, accessToken: accessToken, algorithm: signer.algorithm,
            policy: policy, at: now)
        return try sign(token.claims, typ: "JWT", with: signer)
    }

    private func signer(_ algorithm: SignatureAlgorithm, _ keys: KeySnapshot) throws(OAuthFailure) -> TokenSigner {
        guard let signer = keys.signer(algorithm) else {
            throw OAuthFailure(ServerReference.keyMissing, cause: "no active \(algorithm.rawValue) key; generate and activate one with portico keys")
        }
        return signer
    }

    private func sign(_ claims: JSONObject, typ: String, with signer: TokenSigner) throws(OAuthFailure) -> String {
        do {
            return try signer.sign(JSONValue.object(claims).serializedBytes(), typ: typ)
        } catch {
            throw OAuthFailure(ServerReference.failed, cause: "\(error)")
        }
    }
}
