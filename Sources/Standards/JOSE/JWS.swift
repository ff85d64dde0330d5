public import Cryptography
import Primitives

/// Signed payloads in the compact serialization (RFC 7515 §3.1).
public enum JWS {
    /// Signs once; where many payloads get the same header, a `JWSSigner` is faster.
    public static func sign(
        _ payload: [UInt8], with key: PrivateKey, algorithm: SignatureAlgorithm, kid: String?, typ: String?
    ) throws(CryptographyError) -> String {
        try JWSSigner(key: key, algorithm: algorithm, kid: kid, typ: typ).sign(payload)
    }

    /// HS256, for where a specification asks for a shared key.
    /// - Throws: `unsupported` where the secret has fewer than 32 bytes (RFC 7518 §3.2).
    public static func signHMAC(_ payload: [UInt8], secret: Secret, kid: String?, typ: String?) throws(JOSEError) -> String {
        try checkHMACSecret(secret)
        var text = JWSHeader.segment(alg: hmacAlgorithm, kid: kid, typ: typ)
        text += Base64URL.encodedBytes(payload)
        let tag = HMAC.authenticate(text, key: secret)
        text.append(UInt8(ascii: "."))
        text += Base64URL.encodedBytes(tag)
        return String(decoding: text, as: UTF8.self)
    }

    /// Takes a token apart and checks its form alone: three segments, each strict base64url, and a header that is JSON without duplicate
    /// members, with `alg` and without extensions. The result lets the caller choose a key by `kid`; it does not give out the payload.
    ///
    /// - Parameter maximumBytes: longer tokens are refused unread.
    public static func parse(_ compact: String, maximumBytes: Int = 16_384) throws(JOSEError) -> UnverifiedJWS {
        guard compact.utf8.count <= maximumBytes else { throw .malformed("length") }
        let text = Array(compact.utf8)
        let segments = text.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard segments.count == 3 else { throw .malformed("segments") }
        guard let header = Base64URL.decode(utf8: segments[0]) else { throw .malformed("header") }
        guard let payload = Base64URL.decode(utf8: segments[1]) else { throw .malformed("payload") }
        guard let signature = Base64URL.decode(utf8: segments[2]), !signature.isEmpty else { throw .malformed("signature") }
        return UnverifiedJWS(
            header: try JWSHeader(parsing: header), signingInput: text[..<segments[1].endIndex], payload: payload, signature: signature)
    }

    static let hmacAlgorithm = "HS256"

    static func checkHMACSecret(_ secret: Secret) throws(JOSEError) {
        guard secret.count >= 32 else { throw .unsupported("secret shorter than 32 bytes") }
    }
}

/// Signs payloads under one header, encoded once.
public struct JWSSigner: Sendable {
    public let key: PrivateKey
    public let algorithm: SignatureAlgorithm
    public let kid: String?
    public let typ: String?
    /// The header's segment with the dot behind it.
    private let header: [UInt8]

    public init(key: PrivateKey, algorithm: SignatureAlgorithm, kid: String?, typ: String?) {
        self.key = key
        self.algorithm = algorithm
        self.kid = kid
        self.typ = typ
        header = JWSHeader.segment(alg: algorithm.rawValue, kid: kid, typ: typ)
    }

    /// - Throws: `unsupportedKey` where the algorithm is not the key's.
    public func sign(_ payload: [UInt8]) throws(CryptographyError) -> String {
        var text = header
        text.reserveCapacity(header.count + (payload.count * 4 + 2) / 3 + 700)
        text += Base64URL.encodedBytes(payload)
        let signature = try key.sign(text, algorithm)
        text.append(UInt8(ascii: "."))
        text += Base64URL.encodedBytes(signature)
        return String(decoding: text, as: UTF8.self)
    }
}
