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

    func issue(for redemption: Redemption, to caller: AuthenticatedClient, at now: Instant) throws(OAuthFailure) -> TokenResponse {
        let client = caller.client
        let keys = keyRing.snapshot
        switch redemption {
        case .client(let scope):
            let access = AccessToken(client: client, scope: scope, policy: policy, at: now)
            return TokenResponse(
                accessToken: try sign(access.claims, typ: "at+jwt", by: .es256, keys), expiresIn: policy.accessTokenLifetime,
                refreshToken: nil, scope: scope, idToken: nil)
        case .resident(let redemption):
            let subject = subjects.subject(of: redemption.resident.id, for: client)
            let access = AccessToken(redemption, client: client, subject: subject, policy: policy, at: now)
            let accessToken = try sign(access.claims, typ: "at+jwt", by: .es256, keys)
            return TokenResponse(
                accessToken: accessToken, expiresIn: policy.accessTokenLifetime, refreshToken: redemption.refreshToken?.text,
                scope: redemption.scope, idToken: try idToken(redemption, client, subject: subject, accessToken: accessToken, keys, at: now))
        }
    }

    private func idToken(
        _ redemption: ResidentRedemption, _ client: Client, subject: String, accessToken: String, _ keys: KeySnapshot, at now: Instant
    ) throws(OAuthFailure) -> String? {
        guard redemption.scope.contains(.openid) else { return nil }
        let algorithm = client.metadata.idTokenSignedResponseAlg
        let sessionID = redemption.grant.sessionDigest.map { subjects.sessionID(of: $0, for: client) }
        let token = IDToken(
            redemption, client: client, subject: subject, sessionID: sessionID, accessToken: accessToken, algorithm: algorithm, policy: policy,
            at: now)
        return try sign(token.claims, typ: "JWT", by: algorithm, keys)
    }

    private func sign(
        _ claims: JSONObject, typ: String, by algorithm: SignatureAlgorithm, _ keys: KeySnapshot
    ) throws(OAuthFailure) -> String {
        guard let signer = keys.signer(algorithm) else {
            throw OAuthFailure(
                ServerReference.keyMissing,
                cause: "generate and activate one with portico keys")
        }
        do {
            return try signer.sign(JSONValue.object(claims).serializedBytes(), typ: typ)
        } catch {
            throw OAuthFailure(ServerReference.failed, cause: "\(error)")
        }
    }
}
