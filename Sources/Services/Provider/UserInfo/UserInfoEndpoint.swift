import Database
import Domain
import JOSE
import KeyRing
public import OAuthProtocol
public import Primitives
import Storage

/// The UserInfo endpoint (OpenID Connect Core §5.3): the claims that an access token's grant releases.
public struct UserInfoEndpoint: Sendable {
    let issuer: Issuer
    let clients: ClientRegistry
    let database: Database
    let keyRing: KeyRing
    let subjects: Subjects

    /// - Parameter token: the bearer token as it came, still unverified.
    public func answer(_ token: String, at now: Instant) async throws(OAuthFailure) -> JSONObject {
        let claims = try verify(token, at: now)
        guard let grantID = claims.all[AccessToken.grantMember]?.stringValue.flatMap(GrantID.init(rawValue:)) else {
            throw Self.refused("the token was not issued for a resident")
        }
        let scope = claims.all["scope"]?.stringValue.flatMap { try? ScopeSet(parsing: $0) } ?? .empty
        guard scope.contains(.openid) else {
            throw OAuthFailure(UserInfoReference.scopeMissing)
        }
        let found = try await answering {
            try await database.read { transaction -> (Grant, Resident)? in
                guard let grant = try transaction.grants.find(grantID), let resident = try transaction.residents.find(grant.residentID) else {
                    return nil
                }
                return (grant, resident)
            }
        }
        guard let (grant, resident) = found, grant.isLive(at: now), resident.state == .active, let client = clients.find(grant.clientID) else {
            throw Self.refused("the grant has ended")
        }
        return release(grant, scope: scope, of: resident, to: client)
    }

    private func release(_ grant: Grant, scope: ScopeSet, of resident: Resident, to client: Client) -> JSONObject {
        var members: [(name: String, value: JSONValue)] = [("sub", .string(subjects.subject(of: resident.id, for: client)))]
        var names = scope.values.compactMap(StandardScope.init(rawValue:)).flatMap(StandardClaims.names(for:))
        for name in grant.claims.userinfo.keys.sorted() where !names.contains(name) { names.append(name) }
        for name in names where name != "sub" {
            if let value = resident.claim(name) { members.append((name, value)) }
        }
        return JSONObject(distinct: members)
    }

    private func verify(_ token: String, at now: Instant) throws(OAuthFailure) -> JWTClaims {
        do throws(JOSEError) {
            let jws = try JWS.parse(token)
            guard let kid = jws.header.kid, let key = keyRing.snapshot.verificationKey(kid: kid) else { throw .keyNotFound }
            // RFC 9068 §4: any other `typ`, an ID token's for one, is refused.
            let claims = try jws.verified(with: key.key, algorithm: key.algorithm, typ: .exactly("at+jwt")).jwtClaims()
            guard try claims.string("iss") == issuer.text else { throw .malformed("iss") }
            guard let expiry = try claims.instant("exp"), expiry > now else { throw .malformed("expired") }
            guard try claims.isMeant(for: issuer.text) else { throw .malformed("aud") }
            return claims
        } catch {
            throw Self.refused("\(error)")
        }
    }

    private static func refused(_ cause: String) -> OAuthFailure {
        OAuthFailure(UserInfoReference.tokenInvalid, cause: cause)
    }
}
