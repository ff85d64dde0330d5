import Cryptography
import JOSE
import Primitives

extension MetadataReader {
    // OpenID Connect Registration §2: keys by value; jwks_uri would have to be fetched.
    func keys(for method: TokenEndpointAuthMethod, algorithm: SignatureAlgorithm?) throws(OAuthFailure) -> JWKSet? {
        guard json["jwks_uri"] == nil else { throw OAuthFailure(RegistrationReference.keysByReference) }
        guard let member = json["jwks"] else {
            if method == .privateKeyJWT { throw OAuthFailure(RegistrationReference.keysMissing) }
            return nil
        }
        let keys: JWKSet
        do throws(JOSEError) {
            keys = try JWKSet(json: member)
        } catch {
            throw OAuthFailure(RegistrationReference.keys, cause: "\(error)")
        }
        guard method == .privateKeyJWT else { return keys }
        let isUsable = keys.keys.contains { key in
            guard let algorithm else { return true }
            return key.accepts(algorithm)
        }
        guard isUsable else { throw OAuthFailure(RegistrationReference.keysMissing) }
        return keys
    }
}
