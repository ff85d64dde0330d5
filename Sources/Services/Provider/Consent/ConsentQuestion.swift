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
        /// Whether the resident allowed it in an earlier answer.
        public let wasAllowed: Bool
    }

    public let parts: [Part]
    private let client: Client
    private let resident: Resident
    private let scope: ScopeSet
    private let asked: ScopeSet
    private let earlier: Consent?
    private let claims: ClaimsRequest

    /// - Parameter earlier: the resident's last answer to this agency.
    init(_ pending: PendingAuthorization, resident: Resident, earlier: Consent?) {
        client = pending.client
        self.earlier = earlier
        self.resident = resident
        scope = pending.client.allowedScope(pending.request.scope)
        claims = pending.request.isOpenID ? pending.request.claims : .empty
        asked = Self.scopes(askedBy: scope, claims)
        parts = asked.values.map { scope in
            Part(scope: scope, isRequired: scope == StandardScope.openid.rawValue, wasAllowed: earlier?.scope.contains(scope) ?? false)
        }
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

    /// What may be released on the strength of the earlier answer; nil where something was never asked before.
    var rememberedRelease: Release? {
        guard let earlier, asked.isSubset(of: earlier.scope.union(earlier.declined)) else { return nil }
        return release(allowing: earlier.scope)
    }

    func release(_ decision: ConsentDecision) -> Release {
        release(allowing: allowed(by: decision))
    }

    /// What is remembered of `decision`: what was allowed and what was declined, so that neither is asked again. What an earlier answer
    /// said of other scopes stays.
    func consent(_ decision: ConsentDecision, at now: Instant) -> Consent {
        let allowed = allowed(by: decision)
        return Consent(
            residentID: resident.id, clientID: client.id,
            scope: (earlier?.scope ?? .empty).subtracting(asked).union(allowed),
            declined: (earlier?.declined ?? .empty).subtracting(asked).union(asked.subtracting(allowed)), grantedAt: now, updatedAt: now,
            lastUsedAt: now)
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
