import Cryptography
import Database
import Domain
import JOSE
import OAuthProtocol
import Primitives
import Storage

/// Checks the signed assertions of clients registered for `private_key_jwt` (RFC 7523 §3, OpenID Connect Core §9).
struct ClientAssertions: Sendable {
    private let policy: ProviderPolicy
    private let database: Database

    init(policy: ProviderPolicy, database: Database) {
        self.policy = policy
        self.database = database
    }

    /// An assertion whose claimed client is known, and nothing else about it.
    struct Unverified {
        let clientID: ClientID
        fileprivate let jws: UnverifiedJWS
    }

    func read(_ jwt: String, named: ClientID?) throws(OAuthFailure) -> Unverified {
        let claimed: ClientID?
        let unverified: UnverifiedJWS
        do throws(JOSEError) {
            let jws = try JWS.parse(jwt, maximumBytes: 8192)
            // The claimed issuer only chooses whose keys are tried; nothing is believed before the signature holds.
            claimed = jws.claimedIssuer.flatMap(ClientID.init(rawValue:))
            unverified = jws
        } catch {
            throw ClientAuthentication.refused("malformed assertion: \(error)")
        }
        guard let id = claimed, named == nil || named == id else {
            throw ClientAuthentication.refused("client_id and the assertion's iss differ")
        }
        return Unverified(clientID: id, jws: unverified)
    }

    func verify(_ assertion: Unverified, of client: Client, at now: Instant) async throws(OAuthFailure) {
        let claims = try verifiedClaims(of: assertion, client: client)
        let use = try check(claims, of: client, at: now)
        // RFC 7523 §3 (7): the jti makes replay detectable until the assertion expires.
        let fresh = try await answering {
            try await database.write {
                try $0.assertionIDs.claimOnce(client: client.id, jti: use.jti, usableFrom: use.from, expiresAt: use.until, now: now)
            }
        }
        guard fresh else {
            throw ClientAuthentication.refused("the assertion was used before, or may have been before the database was restored from a backup")
        }
    }

    /// An assertion's name, and the span of time in which it is accepted at all.
    private struct Use {
        let jti: String
        let from: Instant
        let until: Instant
    }

    /// The claims that RFC 7523 §3 requires, as they must be.
    private func check(_ claims: JWTClaims, of client: Client, at now: Instant) throws(OAuthFailure) -> Use {
        do throws(JOSEError) {
            guard try claims.string("iss") == client.id.rawValue, try claims.string("sub") == client.id.rawValue else {
                throw .malformed("iss and sub must both be the client_id")
            }
            // One audience alone: an assertion for several could be replayed at another.
            let audience = try claims.audience()
            guard audience.count == 1, [policy.issuer.text, policy.issuer.endpoint(Discovery.tokenPath)].contains(audience[0]) else {
                throw .malformed("aud must be this provider's issuer or token endpoint")
            }
            guard let expiry = try claims.instant("exp"), expiry > now else { throw .malformed("exp") }
            var from = expiry - policy.longestAssertionLifetime - policy.clockTolerance
            guard from <= now else { throw .malformed("exp") }
            for name in ["iat", "nbf"] {
                guard let instant = try claims.instant(name) else { continue }
                guard instant <= now + policy.clockTolerance else { throw .malformed("\(name) is in the future") }
                from = max(from, instant - policy.clockTolerance)
            }
            guard let jti = try claims.string("jti"), (1...256).contains(jti.utf8.count) else { throw .malformed("jti") }
            return Use(jti: jti, from: from, until: expiry)
        } catch {
            throw ClientAuthentication.refused("the assertion's claims: \(error)")
        }
    }

    private func verifiedClaims(of assertion: Unverified, client: Client) throws(OAuthFailure) -> JWTClaims {
        let header = assertion.jws.header
        guard let algorithm = SignatureAlgorithm(rawValue: header.alg) else {
            throw ClientAuthentication.refused("the assertion's algorithm is not supported")
        }
        if let registered = client.metadata.tokenEndpointAuthSigningAlg, registered != algorithm {
            throw ClientAuthentication.refused("the client is registered for \(registered.rawValue)")
        }
        let keys = (client.metadata.jwks?.keys ?? []).filter { key in
            (header.kid == nil || key.kid == header.kid) && key.key.accepts(algorithm) && (key.alg == nil || key.alg == algorithm)
                && key.use != "enc"
        }
        for key in keys.prefix(4) {
            if let verified = try? assertion.jws.verified(with: key.key, algorithm: algorithm, typ: .absentOr("JWT")),
                let claims = try? verified.jwtClaims()
            {
                return claims
            }
        }
        throw ClientAuthentication.refused("no registered key verifies the assertion")
    }
}
