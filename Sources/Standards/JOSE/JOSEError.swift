/// Why a JWK or JWS was refused.
///
/// JOSE owns signed tokens and the keys that travel as JSON: JWS in compact serialization (RFC 7515), JWK and JWK sets (RFC 7517), the
/// algorithms of RFC 7518 and RFC 8037 that Cryptography offers, thumbprints (RFC 7638) and the reading of JWT claims (RFC 7519).
///
/// A verifier is told the key, the algorithm and the type before it looks at a token; nothing in a token chooses any of them. Keys and
/// addresses of keys inside a header (`jwk`, `jku`, `x5c`, `x5u`) are never used. Left out on purpose: `none`, encryption, the JSON
/// serializations, detached payloads and every extension that `crit` could announce. What claims mean is for the callers.
public enum JOSEError: Error, Sendable, Hashable {
    /// Not what the specification describes; the text names the part, never its contents.
    case malformed(String)
    /// Well-formed, of a kind that is not offered; the text names the part.
    case unsupported(String)
    /// The header demands an extension (RFC 7515 §4.1.11).
    case critical
    /// The header or the key does not go with the algorithm that was expected.
    case algorithmNotAllowed
    /// `typ` is not what was expected.
    case typeMismatch
    case signatureInvalid
    case keyNotFound
    /// Private or symmetric key material where only public keys belong.
    case privateMaterial
}
