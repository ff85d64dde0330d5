public import Cryptography
public import Primitives

/// The public keys of one party (RFC 7517 §5).
public struct JWKSet: Sendable, Hashable {
    /// More keys than anyone needs; a longer set is refused before its keys are read.
    public static let maximumKeys = 64

    public let keys: [JWK]

    /// - Throws: `malformed("kid")` where two keys carry the same name: a token could not say which one it means.
    public init(_ keys: [JWK]) throws(JOSEError) {
        let names = keys.compactMap(\.kid)
        guard Set(names).count == names.count else { throw .malformed("kid") }
        self.keys = keys
    }

    /// Keys of kinds, curves, uses or algorithms that are not offered are skipped (RFC 7517 §5); a key that is malformed, private or
    /// symmetric refuses the whole set.
    public init(json: JSONValue) throws(JOSEError) {
        guard let entries = json.objectValue?["keys"]?.arrayValue, entries.count <= Self.maximumKeys else { throw .malformed("keys") }
        var keys: [JWK] = []
        for entry in entries {
            guard let object = entry.objectValue else { throw .malformed("keys") }
            do throws(JOSEError) {
                keys.append(try JWK(json: object))
            } catch .unsupported {
                continue
            }
        }
        try self.init(keys)
    }

    public var json: JSONValue { ["keys": .array(keys.map { .object($0.json) })] }

    /// The key a token names, or, for a token that names none, the only key that fits.
    /// - Throws: `keyNotFound`; `algorithmNotAllowed` where the named key is not for this algorithm.
    public func key(kid: String?, for algorithm: SignatureAlgorithm) throws(JOSEError) -> PublicKey {
        if let kid {
            guard let named = keys.first(where: { $0.kid == kid }) else { throw .keyNotFound }
            guard named.accepts(algorithm) else { throw .algorithmNotAllowed }
            return named.key
        }
        let fitting = keys.filter { $0.accepts(algorithm) }
        guard fitting.count == 1, let only = fitting.first else { throw .keyNotFound }
        return only.key
    }
}
