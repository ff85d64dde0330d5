import AuditLog
import Cryptography
import Database
import Domain
import OAuthProtocol
import Primitives
import Storage

/// Rotates refresh tokens (RFC 9700 §4.14.2). A spent token that comes back ends its family, with one exception: for a
/// short grace, and while its successor is unused, it is answered with the very same successor.
///
/// The successor is derived from the spent token under a key of the ring. So a response that was lost can be given again
/// without being stored, and two requests at once never split a family in two.
struct RefreshRotation: Sendable {
    let policy: ProviderPolicy
    let database: Database
    let successorKey: Secret

    func redeem(
        _ token: String, narrowingTo requested: ScopeSet?, by client: AuthenticatedClient, at now: Instant
    ) async throws(OAuthFailure) -> Redemption {
        guard let presented = BearerToken(token, kind: .refreshToken) else { throw Self.invalid("malformed") }
        let successor = BearerToken(.refreshToken, secretBytes: HMAC.authenticate(presented.digest.bytes, key: successorKey))
        let clientID = client.client.id
        return try await answering {
            try await database.write { transaction -> RedemptionOutcome in
                switch try transaction.refreshTokens.take(presented.digest, for: clientID, at: now) {
                case .unknown: return .refused(Self.invalid("unknown, or another client's"))
                case .expired: return .refused(Self.invalid("expired"))
                case .fresh(let spent):
                    let outcome = try answer(spent, requested, with: successor, at: now, in: transaction)
                    guard case .redeemed(let redemption) = outcome else { return outcome }
                    try transaction.refreshTokens.insert(spent.succeeded(by: successor, until: redemption.grant.expiresAt, at: now))
                    return outcome
                case .replayed(let spent):
                    if try isRetry(of: spent, successor, at: now, in: transaction) {
                        return try answer(spent, requested, with: successor, at: now, in: transaction)
                    }
                    try transaction.revoke(spent.grantID, of: clientID, because: "refresh token replayed", at: now)
                    return .refused(Self.invalid("replayed; grant revoked"))
                }
            }
        }.get()
    }

    /// Whether a spent token comes back because its response was lost: soon, and its successor has not been used.
    private func isRetry(
        of spent: RefreshToken, _ successor: BearerToken, at now: Instant, in transaction: WriteTransaction
    ) throws(DatabaseError) -> Bool {
        // A clock that was set back does not stretch the grace.
        guard let usedAt = spent.usedAt, (.zero - policy.refreshGrace...policy.refreshGrace).contains(now.since(usedAt)) else { return false }
        let next = try transaction.refreshTokens.find(successor.digest)
        return next.map { $0.usedAt == nil } ?? false
    }

    private func answer(
        _ spent: RefreshToken, _ requested: ScopeSet?, with successor: BearerToken, at now: Instant, in transaction: WriteTransaction
    ) throws -> RedemptionOutcome {
        guard let grant = try transaction.grants.find(spent.grantID), grant.isLive(at: now),
            let resident = try transaction.residents.find(grant.residentID), resident.state == .active
        else { return .refused(Self.invalid("the grant has ended")) }
        // RFC 6749 §6: "MUST NOT include any scope not originally granted". The token is not spent by the mistake.
        guard requested?.isSubset(of: spent.scope) ?? true else {
            throw OAuthFailure(GrantReference.scopeExceedsGrant)
        }
        return .redeemed(
            ResidentRedemption(grant: grant, resident: resident, scope: requested ?? spent.scope, refreshToken: successor, nonce: nil))
    }

    private static func invalid(_ cause: String) -> OAuthFailure {
        OAuthFailure(GrantReference.refreshTokenInvalid, cause: cause)
    }
}

extension RefreshToken {
    fileprivate func succeeded(by successor: BearerToken, until expiry: Instant, at now: Instant) -> RefreshToken {
        RefreshToken(
            digest: successor.digest, grantID: grantID, clientID: clientID, scope: scope, generation: generation + 1, issuedAt: now,
            expiresAt: expiry, usedAt: nil)
    }
}
