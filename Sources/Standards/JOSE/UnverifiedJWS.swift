public import Cryptography
public import Primitives

/// A token in good form whose signature nobody has checked: it shows its header, so that a key can be found, and nothing else.
public struct UnverifiedJWS: Sendable {
    public let header: JWSHeader

    private let signingInput: ArraySlice<UInt8>
    private let payload: [UInt8]
    private let signature: [UInt8]

    init(header: JWSHeader, signingInput: ArraySlice<UInt8>, payload: [UInt8], signature: [UInt8]) {
        self.header = header
        self.signingInput = signingInput
        self.payload = payload
        self.signature = signature
    }

    public var kid: String? { header.kid }

    /// The `iss` that the token claims, for choosing whose keys to try (RFC 7523 §3); true only once one of them verifies it.
    public var claimedIssuer: String? {
        (try? JSONValue(parsing: payload))?.objectValue?["iss"]?.stringValue
    }

    /// - Parameters:
    ///   - key: the caller's own key for the token's sender; keys that the header carries or points to are not looked at.
    ///   - algorithm: the one that was agreed with the sender.
    ///   - typ: the kind of token that is expected here.
    public func verified(with key: PublicKey, algorithm: SignatureAlgorithm, typ: ExpectedType) throws(JOSEError) -> VerifiedJWS {
        guard header.alg == algorithm.rawValue, key.accepts(algorithm) else { throw .algorithmNotAllowed }
        guard typ.matches(header.typ) else { throw .typeMismatch }
        guard key.verify(signature, of: signingInput, algorithm) else { throw .signatureInvalid }
        return VerifiedJWS(header: header, payload: payload)
    }

    /// HS256, for where a specification asks for a shared key.
    /// - Throws: `unsupported` where the secret has fewer than 32 bytes (RFC 7518 §3.2).
    public func verifiedHMAC(secret: Secret, typ: ExpectedType) throws(JOSEError) -> VerifiedJWS {
        guard header.alg == JWS.hmacAlgorithm else { throw .algorithmNotAllowed }
        guard typ.matches(header.typ) else { throw .typeMismatch }
        try JWS.checkHMACSecret(secret)
        guard HMAC.isValid(signature, for: Array(signingInput), key: secret) else { throw .signatureInvalid }
        return VerifiedJWS(header: header, payload: payload)
    }
}

/// A token whose signature, algorithm and type were as expected. Only a verification makes one.
public struct VerifiedJWS: Sendable {
    public let header: JWSHeader
    public let payload: [UInt8]

    fileprivate init(header: JWSHeader, payload: [UInt8]) {
        self.header = header
        self.payload = payload
    }

    /// The payload as the claims of a JWT (RFC 7519 §7.2): one JSON object without duplicate members.
    public func claims() throws(JOSEError) -> JSONObject {
        guard let value = try? JSONValue(parsing: payload), let claims = value.objectValue else { throw .malformed("claims") }
        return claims
    }

    /// The same claims behind typed access.
    public func jwtClaims() throws(JOSEError) -> JWTClaims { JWTClaims(try claims()) }
}
