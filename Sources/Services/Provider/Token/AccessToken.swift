import Cryptography
import Domain
import OAuthProtocol
import Primitives

/// The claims of an access token (RFC 9068 §2.2).
struct AccessToken {
    let claims: JSONObject

    /// For a resident. `grant_id` leads userinfo back to the grant, so that a revoked one is refused before the token expires;
    /// it is different for every authorization and tells an agency nothing about the resident.
    init(_ redemption: ResidentRedemption, client: Client, subject: String, policy: ProviderPolicy, at now: Instant) {
        var claims = Self.common(client, subject: subject, scope: redemption.scope, policy: policy, at: now)
        claims.append(("auth_time", .integer(redemption.grant.authTime.secondsSince1970)))
        claims.append(("acr", .string(redemption.grant.acr)))
        claims.append(("amr", .array(redemption.grant.amr.map(JSONValue.string))))
        claims.append((Self.grantMember, .string(redemption.grant.id.rawValue)))
        self.claims = JSONObject(distinct: claims)
    }

    /// For the client itself: RFC 9068 §2.2 has `sub` name the client.
    init(client: Client, scope: ScopeSet, policy: ProviderPolicy, at now: Instant) {
        claims = JSONObject(distinct: Self.common(client, subject: client.id.rawValue, scope: scope, policy: policy, at: now))
    }

    static let grantMember = "grant_id"

    private static func common(
        _ client: Client, subject: String, scope: ScopeSet, policy: ProviderPolicy, at now: Instant
    ) -> [(name: String, value: JSONValue)] {
        var claims: [(name: String, value: JSONValue)] = [
            ("iss", .string(policy.issuer.text)),
            ("sub", .string(subject)),
            ("aud", audience(client, scope: scope, policy: policy)),
            ("client_id", .string(client.id.rawValue)),
            ("iat", .integer(now.secondsSince1970)),
            ("exp", .integer((now + policy.accessTokenLifetime).secondsSince1970)),
            ("jti", .string(Base64URL.encode(Randomness.bytes(16)))),
        ]
        if !scope.isEmpty { claims.append(("scope", .string(scope.text))) }
        return claims
    }

    /// The registration's API; with `openid` also this provider, whose userinfo endpoint is one.
    private static func audience(_ client: Client, scope: ScopeSet, policy: ProviderPolicy) -> JSONValue {
        var audiences = client.metadata.audience
        if audiences.isEmpty || scope.contains(.openid), !audiences.contains(policy.issuer.text) {
            audiences.append(policy.issuer.text)
        }
        return audiences.count == 1 ? .string(audiences[0]) : .array(audiences.map(JSONValue.string))
    }
}
