import Domain
import OAuthProtocol
import Primitives

/// What an agency asks of a resident, put as one question with a part for each scope.
///
/// Claims that are asked for one by one (OpenID Connect Core §5.5) belong to the part whose scope would release them: who
/// says no to `email` says no to the claim `email` as well, however it was asked for.
public struct ConsentQuestion: Sendable {
    public struct Part: Sendable, Hashable {
        public let scope: String
        /// Whether the agency cannot be answered without it: only `openid`, the pseudonym itself.
        public let isRequired: Bool
    }

    public let parts: [Part]
    private let client: Client
    private let resident: Resident
    private let scope: ScopeSet
    private let asked: ScopeSet
    private let claims: ClaimsRequest

    init(_ pending: PendingAuthorization, resident: Resident) {
        client = pending.client
        self.resident = resident
        scope = pending.client.allowedScope(pending.request.scope)
        claims = pending.request.isOpenID ? pending.request.claims : .empty
        asked = Self.scopes(askedBy: scope, claims)
        parts = asked.values.map { Part(scope: $0, isRequired: $0 == StandardScope.openid.rawValue) }
    }

    /// The whole of what is asked, as scopes.
    private static func scopes(askedBy scope: ScopeSet, _ claims: ClaimsRequest) -> ScopeSet {
        let named = Set(claims.userinfo.keys).union(claims.idToken.keys)
        let implied = StandardScope.allCases.filter { standard in
            standard != .openid && StandardClaims.names(for: standard).contains(where: named.contains)
        }
        return scope.union(ScopeSet(implied))
    }

    /// The claims a part would hand over, as the resident's record stands now.
    public func claimNames(of part: Part) -> [String] {
        guard let standard = StandardScope(rawValue: part.scope) else { return [] }
        if scope.contains(part.scope) { return StandardClaims.names(for: standard) }
        return StandardClaims.names(for: standard).filter { claims.userinfo[$0] != nil || claims.idToken[$0] != nil }
    }

    /// What may be released on the strength of an earlier answer, or nil where something was never asked before.
    func release(remembered consent: Consent?) -> Release? {
        guard let consent, parts.allSatisfy({ consent.scope.contains($0.scope) || consent.declined.contains($0.scope) }) else { return nil }
        return release(allowing: consent.scope)
    }

    func release(_ decision: ConsentDecision) -> Release {
        release(allowing: allowed(by: decision))
    }

    /// What is remembered of `decision`: what was allowed and what was declined, so that neither is asked again. Earlier answers to what
    /// is not part of this question stand.
    func consent(_ decision: ConsentDecision, after earlier: Consent?, at now: Instant) -> Consent {
        let allowed = allowed(by: decision)
        let stillAllowed = (earlier?.scope ?? .empty).subtracting(asked)
        let stillDeclined = (earlier?.declined ?? .empty).subtracting(asked)
        return Consent(
            residentID: resident.id, clientID: client.id, scope: stillAllowed.union(allowed),
            declined: stillDeclined.union(asked.subtracting(allowed)), grantedAt: now, updatedAt: now, lastUsedAt: now)
    }

    private func allowed(by decision: ConsentDecision) -> ScopeSet {
        asked.filter { $0 == StandardScope.openid.rawValue || decision.allowed.contains($0) }
    }

    private func release(allowing allowed: ScopeSet) -> Release {
        let names = Set(allowed.values.compactMap(StandardScope.init(rawValue:)).flatMap(StandardClaims.names(for:)))
        return Release(
            scope: scope.intersection(allowed), claims: claims.filter { names.contains($0) || Self.contextual.contains($0) })
    }

    /// Claims about the sign-in rather than the resident: no consent covers them.
    private static let contextual: Set<String> = ["acr", "amr", "auth_time", "sub"]
}

/// The resident's answer: the scopes whose boxes they left ticked.
public struct ConsentDecision: Sendable, Hashable {
    public let allowed: Set<String>

    public init(allowed: Set<String>) {
        self.allowed = allowed
    }
}

/// What an authorization hands over: nothing the resident did not allow.
struct Release: Sendable {
    let scope: ScopeSet
    let claims: ClaimsRequest
}
