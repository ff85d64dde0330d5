import AuditLog
import Cryptography
import Database
import Domain
import OAuthProtocol
import Primitives
import Storage

/// Redeems authorization codes (RFC 6749 §4.1.3, RFC 7636 §4.6). A code is spent by the first request that presents it,
/// whatever else is wrong with that request; presented again, it ends everything that was issued from it.
struct CodeRedemption: Sendable {
    let policy: ProviderPolicy
    let database: Database

    func redeem(
        _ code: String, redirectURI: String?, verifier: String?, by client: AuthenticatedClient, at now: Instant
    ) async throws(OAuthFailure) -> Redemption {
        // A text that cannot be one of our codes is refused before the database is asked.
        guard let token = BearerToken(code, kind: .authorizationCode) else { throw Self.invalid("malformed") }
        let clientID = client.client.id
        let first = client.client.metadata.grantTypes.contains(.refreshToken) ? BearerToken.mint(.refreshToken) : nil
        return try await answering {
            try await database.write { transaction -> RedemptionOutcome in
                switch try transaction.authorizationCodes.take(token.digest, for: clientID, at: now) {
                case .unknown: return .refused(Self.invalid("unknown, or another client's"))
                case .expired: return .refused(Self.invalid("expired"))
                case .replayed(let grant):
                    try transaction.revoke(grant, of: clientID, because: "authorization code replayed", at: now)
                    return .refused(Self.invalid("replayed; grant revoked"))
                case .fresh(let record):
                    return try redeem(record, redirectURI, verifier, refreshToken: first, at: now, in: transaction)
                }
            }
        }.get()
    }

    private func redeem(
        _ record: AuthorizationCode, _ redirectURI: String?, _ verifier: String?, refreshToken: BearerToken?, at now: Instant,
        in transaction: WriteTransaction
    ) throws -> RedemptionOutcome {
        if let failure = mismatch(record, redirectURI: redirectURI, verifier: verifier) { return .refused(failure) }
        guard let grant = try transaction.grants.find(record.grantID), grant.isLive(at: now),
            let resident = try transaction.residents.find(grant.residentID), resident.state == .active
        else { return .refused(Self.invalid("the grant has ended")) }
        if let refreshToken {
            try transaction.refreshTokens.insert(
                RefreshToken(
                    digest: refreshToken.digest, grantID: grant.id, clientID: grant.clientID, scope: grant.scope, generation: 0, issuedAt: now,
                    expiresAt: grant.expiresAt, usedAt: nil))
        }
        return .redeemed(
            ResidentRedemption(grant: grant, resident: resident, scope: grant.scope, refreshToken: refreshToken, nonce: grant.nonce))
    }

    private func mismatch(_ record: AuthorizationCode, redirectURI: String?, verifier: String?) -> OAuthFailure? {
        // RFC 6749 §4.1.3: required "if the redirect_uri parameter was included in the authorization request", and identical.
        if record.redirectURIWasSent || redirectURI != nil, redirectURI != record.redirectURI {
            return OAuthFailure(GrantReference.redirectURIDiffers)
        }
        switch (record.codeChallenge, verifier) {
        case (nil, nil): return nil
        case (let challenge?, let verifier?) where challenge.isSatisfied(by: verifier): return nil
        case (nil, .some):
            // RFC 9700 §4.8.2: a verifier without a challenge is the mark of a downgrade.
            return OAuthFailure(GrantReference.verifierUnexpected)
        case (.some, nil): return OAuthFailure(GrantReference.verifierMissing)
        case (.some, .some): return OAuthFailure(GrantReference.verifierWrong)
        }
    }

    private static func invalid(_ cause: String) -> OAuthFailure {
        OAuthFailure(GrantReference.codeInvalid, cause: cause)
    }
}

extension Grant {
    func isLive(at now: Instant) -> Bool { revokedAt == nil && expiresAt > now }
}
