import AuditLog
import Database
import Domain
import OAuthProtocol
import Primitives
import Storage

extension Grant {
    /// The grant that a resident's answer makes: what the code, and every token after it, stands on.
    init(_ pending: PendingAuthorization, session: Session, release: Release, policy: ProviderPolicy, at now: Instant) {
        // OpenID Connect Core §11: only offline_access outlives the session.
        let offline = release.scope.contains(.offlineAccess)
        self.init(
            id: .random(), residentID: session.residentID, clientID: pending.client.id, sessionDigest: session.digest, scope: release.scope,
            claims: release.claims, nonce: pending.request.nonce, authTime: session.authTime, acr: session.acr, amr: session.amr,
            createdAt: now, expiresAt: offline ? now + policy.refreshTokenLifetime : session.expiresAt, revokedAt: nil, offline: offline)
    }
}

extension AuditEvent {
    /// - Parameter narrows: whether it takes back part of an earlier answer, with everything that was given on the strength of that.
    static func consentGranted(_ consent: Consent, narrows: Bool, at now: Instant) -> AuditEvent {
        AuditEvent(
            at: now, kind: .consentGranted, actor: consent.residentID.rawValue, residentID: consent.residentID, clientID: consent.clientID,
            detail: [
                "scope": .string(consent.scope.text), "declined": .string(consent.declined.text),
                "claims": .array(consent.claimNames.map(JSONValue.string)), "revoked_earlier": .bool(narrows),
            ])
    }

    static func consentRefused(by resident: ResidentID, to client: ClientID, at now: Instant) -> AuditEvent {
        AuditEvent(at: now, kind: .consentRefused, actor: resident.rawValue, residentID: resident, clientID: client)
    }

    static func authorizationGranted(_ grant: Grant, at now: Instant) -> AuditEvent {
        AuditEvent(
            at: now, kind: .authorizationGranted, actor: grant.residentID.rawValue, residentID: grant.residentID, clientID: grant.clientID,
            detail: ["scope": .string(grant.scope.text), "grant": .string(grant.id.rawValue)])
    }
}

extension WriteTransaction {
    /// A code or refresh token came a second time: somebody else may hold it, so all that came from it ends. A grant that was revoked
    /// before leaves no further record, however often the replay is repeated.
    func revoke(_ id: GrantID, of client: ClientID, because reason: String, at now: Instant) throws(DatabaseError) {
        guard try grants.revoke(id, at: now) else { return }
        try record(
            AuditEvent(
                at: now, kind: .grantRevoked, actor: client.rawValue, residentID: try grants.find(id)?.residentID, clientID: client,
                detail: ["grant": .string(id.rawValue), "reason": .string(reason)]))
    }
}
