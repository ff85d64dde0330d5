import Cryptography
import JOSE
import Primitives

/// An ID token that passed every check of OpenID Connect Core 1.0 §3.1.3.7. `IDTokenVerifier` alone makes one.
struct IDToken: Sendable {
    /// The compact form, sent back as `id_token_hint` when the resident signs out.
    let text: String
    let subject: String
    let authenticatedAt: Instant?
    let claims: JSONObject

    fileprivate init(text: String, subject: String, authenticatedAt: Instant?, claims: JSONObject) {
        self.text = text
        self.subject = subject
        self.authenticatedAt = authenticatedAt
        self.claims = claims
    }
}

/// What an ID token must say to be accepted here, fixed before the token is looked at.
struct IDTokenVerifier: Sendable {
    let issuer: String
    let clientID: String
    /// The algorithm the agency registered as `id_token_signed_response_alg`; a token's header does not get to choose.
    let algorithm: SignatureAlgorithm
    /// How far the provider's clock and ours may differ.
    var leeway = Duration.seconds(30)
    /// The oldest `iat` accepted: the token was asked for a moment ago.
    var maximumAge = Duration.minutes(10)

    /// - Parameter key: finds the provider's public key for a `kid`.
    func verify(
        _ text: String, nonce: String, accessToken: String, at now: Instant, key: (String?) async throws(SignInFailure) -> PublicKey
    ) async throws(SignInFailure) -> IDToken {
        let claims = try await verifiedClaims(text, key: key)
        // §3.1.3.7 (2), (3): our provider, our identifier.
        guard claims["iss"]?.stringValue == issuer else { throw untrusted("iss is not \(issuer)") }
        let audience = claims["aud"]?.stringValue.map { [$0] } ?? claims["aud"]?.stringArray ?? []
        guard audience.contains(clientID) else { throw untrusted("aud does not hold \(clientID)") }
        // (4), (5): with several audiences the authorized party must be named, and where it is named it must be us.
        guard audience.count == 1 || claims["azp"] != nil else { throw untrusted("several audiences without azp") }
        guard claims["azp"].map({ $0.stringValue == clientID }) ?? true else { throw untrusted("azp is not \(clientID)") }
        // (9), (10): not expired, and issued just now.
        guard let expiry = claims.numericDate("exp"), now < expiry + leeway else { throw untrusted("exp is missing or past") }
        guard let issued = claims.numericDate("iat"), issued < now + leeway, now.since(issued) <= maximumAge else {
            throw untrusted("iat is missing, in the future or too old")
        }
        // (11): made for the sign-in this browser began.
        guard let sent = claims["nonce"]?.stringValue, constantTimeEquals(Array(sent.utf8), Array(nonce.utf8)) else {
            throw untrusted("nonce is not the one we sent")
        }
        try checkAccessToken(accessToken, against: claims)
        guard let subject = claims["sub"]?.stringValue, (1...255).contains(subject.utf8.count) else { throw untrusted("sub is missing or too long") }
        return IDToken(text: text, subject: subject, authenticatedAt: claims.numericDate("auth_time"), claims: claims)
    }

    private func verifiedClaims(_ text: String, key: (String?) async throws(SignInFailure) -> PublicKey) async throws(SignInFailure) -> JSONObject {
        do {
            let token = try JWS.parse(text)
            return try token.verified(with: try await key(token.header.kid), algorithm: algorithm, typ: .absentOr("JWT")).claims()
        } catch let failure as SignInFailure {
            throw failure
        } catch {
            throw untrusted("the signature or the form is wrong: \(error)")
        }
    }

    /// §3.1.3.8: the left half of the access token's hash, by the hash function of the signature's algorithm.
    private func checkAccessToken(_ accessToken: String, against claims: JSONObject) throws(SignInFailure) {
        guard let claimed = claims["at_hash"] else { return }
        let digest: Digest = algorithm == .es384 ? .sha384 : algorithm == .edDSA ? .sha512 : .sha256
        let hash = digest.hash(Array(accessToken.utf8))
        guard claimed.stringValue == Base64URL.encode(hash.prefix(hash.count / 2)) else { throw untrusted("at_hash does not fit the access token") }
    }

    private func untrusted(_ detail: String) -> SignInFailure { SignInFailure(.untrusted, "ID token: " + detail) }
}

extension JSONObject {
    /// A NumericDate (RFC 7519 §2); fractions of a second are dropped.
    fileprivate func numericDate(_ name: String) -> Instant? {
        switch self[name] {
        case .integer(let seconds) where seconds >= 0: Instant(secondsSince1970: seconds)
        case .double(let seconds) where seconds >= 0 && seconds < 1e11: Instant(secondsSince1970: Int64(seconds))
        default: nil
        }
    }
}
