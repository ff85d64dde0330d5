internal import Cryptography
internal import JOSE
internal import Primitives

/// The JWK Set (RFC 7517 §5) as it goes out: rendered once for each change of the keys.
public struct PublishedKeySet: Sendable {
    public let bytes: [UInt8]
    /// A strong entity tag with its quotes (RFC 9110 §8.8.3), derived from the bytes.
    public let etag: String
    /// How long it may be kept.
    public let maxAge: Duration

    /// - Throws: `damaged` where two keys have one `kid` or a key set does not survive its own strict reader, which refuses
    ///   private and symmetric members.
    init(_ keys: [JWK], maxAge: Duration) throws(KeyRingError) {
        let set = JSONValue.object(["keys": .array(keys.map(\.json).map(JSONValue.object))])
        do { _ = try JWKSet(json: set) } catch { throw .damaged("the key set to be published (\(error))") }
        bytes = set.serializedBytes()
        etag = "\"\(Base64URL.encode(Digest.sha256.hash(bytes).prefix(16)))\""
        self.maxAge = maxAge
    }
}
