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
            claimed = try jws.claimedIssuer().flatMap(ClientID.init(rawValue:))
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
        guard claims["iss"]?.stringValue == client.id.rawValue, claims["sub"]?.stringValue == client.id.rawValue else {
            throw ClientAuthentication.refused("iss and sub must both be the client_id")
        }
        guard acceptsAudience(claims["aud"]) else { throw ClientAuthentication.refused("aud is not this provider") }
        let expiry = try checkTimes(claims, at: now)
        guard let jti = claims["jti"]?.stringValue, (1...256).contains(jti.utf8.count) else {
            throw ClientAuthentication.refused("jti is missing or too long")
        }
        // RFC 7523 §3 (7): the jti makes replay detectable until the assertion expires.
        let fresh = try await answering {
            try await database.write { try $0.assertionIDs.claimOnce(client: client.id, jti: jti, expiresAt: expiry, now: now) }
        }
        guard fresh else { throw ClientAuthentication.refused("the assertion was used before") }
    }

    private func verifiedClaims(of assertion: Unverified, client: Client) throws(OAuthFailure) -> JSONObject {
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
                let claims = try? verified.claims()
            {
                return claims
            }
        }
        throw ClientAuthentication.refused("no registered key verifies the assertion")
    }

    /// The issuer or the token endpoint, alone: an assertion for several audiences could be replayed at another.
    private func acceptsAudience(_ audience: JSONValue?) -> Bool {
        let values = audience?.stringValue.map { [$0] } ?? audience?.stringArray ?? []
        guard values.count == 1 else { return false }
        return values[0] == policy.issuer.text || values[0] == policy.issuer.endpoint(Discovery.tokenPath)
    }

    private func checkTimes(_ claims: JSONObject, at now: Instant) throws(OAuthFailure) -> Instant {
        guard let expiry = claims.numericDate("exp"), expiry > now, expiry <= now + policy.longestAssertionLifetime + policy.clockTolerance else {
            throw ClientAuthentication.refused("exp is missing, past or too far ahead")
        }
        for name in ["iat", "nbf"] where claims[name] != nil {
            guard let instant = claims.numericDate(name), instant <= now + policy.clockTolerance else {
                throw ClientAuthentication.refused("\(name) is malformed or in the future")
            }
        }
        return expiry
    }
}
