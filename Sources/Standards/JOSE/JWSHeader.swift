public import Primitives

/// A token's protected header (RFC 7515 §4). Nothing in it is trusted: it says what the token claims to be.
public struct JWSHeader: Sendable, Hashable {
    public let alg: String
    public let kid: String?
    public let typ: String?
    /// Every member, known or not.
    public let all: JSONObject

    init(parsing bytes: [UInt8]) throws(JOSEError) {
        guard let value = try? JSONValue(parsing: bytes, maximumBytes: 8192, maximumDepth: 8), let all = value.objectValue else {
            throw .malformed("header")
        }
        // RFC 7515 §4.1.11: an extension that is critical and not understood makes the token invalid, and none is understood.
        // RFC 7797 §6: `b64` is only ever legal together with `crit`.
        guard all["crit"] == nil, all["b64"] == nil else { throw .critical }
        alg = try all.requiredString("alg")
        kid = try all.optionalString("kid")
        typ = try all.optionalString("typ")
        self.all = all
    }

    /// The encoded header with the dot behind it.
    static func segment(alg: String, kid: String?, typ: String?) -> [UInt8] {
        var header: JSONObject = ["alg": .string(alg)]
        if let typ { header["typ"] = .string(typ) }
        if let kid { header["kid"] = .string(kid) }
        return Base64URL.encodedBytes(JSONValue.object(header).serializedBytes()) + [UInt8(ascii: ".")]
    }
}

/// The `typ` a token must have (RFC 8725 §3.11): explicit types keep one kind of token from passing for another.
public enum ExpectedType: Sendable, Hashable {
    /// Compared without regard to case, `application/` at the front being optional (RFC 7515 §4.1.9).
    case exactly(String)
    /// As `exactly`, or no `typ` at all: for tokens whose makers predate explicit types.
    case absentOr(String)

    func matches(_ typ: String?) -> Bool {
        switch self {
        case .exactly(let expected): typ.map { Self.normalized($0) == Self.normalized(expected) } ?? false
        case .absentOr(let expected): typ.map { Self.normalized($0) == Self.normalized(expected) } ?? true
        }
    }

    /// Only ASCII letters change case: other alphabets have letters whose lower case is an ASCII one.
    private static func normalized(_ type: String) -> [UInt8] {
        let lowercase = type.utf8.map { byte in (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte }
        let prefix = Array("application/".utf8)
        guard lowercase.starts(with: prefix) else { return lowercase }
        let subtype = Array(lowercase.dropFirst(prefix.count))
        return subtype.contains(UInt8(ascii: "/")) ? lowercase : subtype
    }
}
