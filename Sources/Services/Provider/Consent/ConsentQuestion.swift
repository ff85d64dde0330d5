import Domain
import OAuthProtocol
import Primitives

/// What an agency asks of a resident, put as one question with a part for each scope.
///
/// Claims that are asked for one by one (OpenID Connect Core §5.5) belong to the part whose scope would release them: who
/// says no to `email` says no to the claim `email` as well, however it was asked for. Who allows a claim asked for alone has
/// allowed that claim and not the rest of the scope, for it is all they were shown.
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
        let (scope, claims) = (scope, claims)
        parts = asked.values.map { name in
            Part(
                scope: name, isRequired: name == StandardScope.openid.rawValue,
                wasAllowed: earlier?.covers(name, claims: Self.claimNames(of: name, in: scope, claims)) ?? false)
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
    public func claimNames(of part: Part) -> [String] { Self.claimNames(of: part.scope, in: scope, claims) }

    /// All claims of a scope that is asked for, or those that are asked for one by one where it is not.
    private static func claimNames(of part: String, in scope: ScopeSet, _ claims: ClaimsRequest) -> [String] {
        guard let standard = StandardScope(rawValue: part) else { return [] }
        if scope.contains(part) { return StandardClaims.names(for: standard) }
        return StandardClaims.names(for: standard).filter { claims.userinfo[$0] != nil || claims.idToken[$0] != nil }
    }

    /// What may be released on the strength of the earlier answer; nil where something was never asked before, or where nothing was
    /// allowed of what is asked now.
    var rememberedRelease: Release? {
        guard let earlier, parts.allSatisfy({ $0.wasAllowed || earlier.declined.contains($0.scope) }) else { return nil }
        let release = release(allowing: asked.filter { name in parts.contains { $0.scope == name && $0.wasAllowed } })
        return release.scope.isEmpty ? nil : release
    }

    /// What the resident's answer hands over; nil where it leaves no scope at all, which is a refusal.
    func release(_ decision: ConsentDecision) -> Release? {
        let release = release(allowing: allowed(by: decision))
        return release.scope.isEmpty ? nil : release
    }

    /// What is remembered of `decision`: what was allowed and what was declined, so that neither is asked again. What an earlier answer
    /// said of other scopes stays.
    func consent(_ decision: ConsentDecision, at now: Instant) -> Consent {
        let allowed = allowed(by: decision)
        let refused = asked.subtracting(allowed)
        // A claim asked for alone is remembered by its own name: its scope was neither asked for nor shown.
        let alone = parts.filter { allowed.contains($0.scope) && !scope.contains($0.scope) }.flatMap(claimNames(of:))
        let kept = (earlier?.claimNames ?? []).filter { !Self.claims(of: refused).contains($0) }
        return Consent(
            residentID: resident.id, clientID: client.id,
            scope: (earlier?.scope ?? .empty).subtracting(refused).union(scope.intersection(allowed)),
            declined: (earlier?.declined ?? .empty).subtracting(asked).union(refused), claimNames: Set(kept + alone).sorted(), grantedAt: now,
            updatedAt: now, lastUsedAt: now)
    }

    private func allowed(by decision: ConsentDecision) -> ScopeSet {
        asked.filter { $0 == StandardScope.openid.rawValue || decision.allowed.contains($0) }
    }

    private func release(allowing allowed: ScopeSet) -> Release {
        let names = Self.claims(of: allowed)
        return Release(
            scope: scope.intersection(allowed), claims: claims.filter { names.contains($0) || Self.contextual.contains($0) })
    }

    static func claims(of scope: ScopeSet) -> Set<String> {
        Set(scope.values.compactMap(StandardScope.init(rawValue:)).flatMap(StandardClaims.names(for:)))
    }

    /// Claims about the sign-in rather than the resident: no consent covers them.
    private static let contextual: Set<String> = ["acr", "amr", "auth_time", "sub"]
}

extension Consent {
    /// When it was last used is kept to the hour of the clock in UTC: a row written for every single sign-on would tell a resident no more.
    func isUseWorthNoting(at now: Instant) -> Bool { now.secondsSince1970 / 3600 != lastUsedAt.secondsSince1970 / 3600 }

    /// Whether an earlier answer allowed `scope`, or, where only `claims` of it are asked for, each of them.
    func covers(_ name: String, claims: [String]) -> Bool {
        if scope.contains(name) { return true }
        return !claims.isEmpty && claims.allSatisfy(claimNames.contains)
    }

    /// Whether everything that `other` allowed is allowed here as well.
    func includes(_ other: Consent) -> Bool {
        let names = ConsentQuestion.claims(of: scope).union(claimNames)
        return other.scope.isSubset(of: scope) && other.claimNames.allSatisfy(names.contains)
    }
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
