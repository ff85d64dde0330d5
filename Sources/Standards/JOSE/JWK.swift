public import Cryptography
public import Primitives

/// A public key for checking signatures, as JSON (RFC 7517, RFC 7518 §6, RFC 8037 §2).
public struct JWK: Sendable, Hashable {
    public let kid: String?
    /// `sig` or nothing: other uses are refused.
    public let use: String?
    /// The one algorithm the key is meant for, where its owner says so.
    public let alg: SignatureAlgorithm?
    public let key: PublicKey

    /// A key for signatures.
    /// - Parameter kid: where nil, the key's thumbprint.
    public init(_ key: PublicKey, alg: SignatureAlgorithm?, kid: String? = nil) {
        self.key = key
        self.alg = alg
        use = "sig"
        self.kid = kid ?? JWKThumbprint.of(key)
    }

    /// Members this product does not know are ignored (RFC 7517 §4).
    /// - Throws: `privateMaterial` for anything but a public key, `unsupported` for kinds, curves, uses and algorithms that are not
    ///   offered, `malformed` for what contradicts the specification or itself.
    public init(json: JSONObject) throws(JOSEError) {
        try Self.refusePrivateMaterial(in: json)
        kid = try json.optionalString("kid")
        use = try json.optionalString("use")
        guard use == nil || use == "sig" else { throw .unsupported("use") }
        try Self.checkOperations(json["key_ops"])
        alg =
            if let name = try json.optionalString("alg") {
                try Self.algorithm(named: name)
            } else {
                nil
            }
        key = try Self.readKey(json)
        if let alg, !key.accepts(alg) { throw .malformed("alg") }
    }

    /// Whether a signature by `algorithm` may be checked with this key.
    public func accepts(_ algorithm: SignatureAlgorithm) -> Bool {
        key.accepts(algorithm) && (alg == nil || alg == algorithm)
    }

    /// SHA-256 over the key's required members, base64url (RFC 7638).
    public var thumbprint: String { JWKThumbprint.of(key) }

    /// The public members, in a stable order.
    public var json: JSONObject {
        var json = JWKThumbprint.members(of: key)
        if let kid { json["kid"] = .string(kid) }
        if let use { json["use"] = .string(use) }
        if let alg { json["alg"] = .string(alg.rawValue) }
        return json
    }

    // RFC 7518 §6.2.2, §6.3.2, §6.4.1, RFC 8037 §2.
    private static let privateMembers: Set<String> = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

    private static func refusePrivateMaterial(in json: JSONObject) throws(JOSEError) {
        guard json.names.allSatisfy({ !privateMembers.contains($0) }), json["kty"] != "oct" else { throw .privateMaterial }
    }

    /// RFC 7517 §4.3: an array of distinct strings; the key must be for verifying.
    private static func checkOperations(_ value: JSONValue?) throws(JOSEError) {
        guard let value else { return }
        guard let operations = value.stringArray, Set(operations).count == operations.count else { throw .malformed("key_ops") }
        guard operations.contains("verify") else { throw .unsupported("key_ops") }
        // A key that can also sign is a private one.
        guard !operations.contains("sign") else { throw .malformed("key_ops") }
    }

    private static func algorithm(named name: String) throws(JOSEError) -> SignatureAlgorithm {
        guard let algorithm = SignatureAlgorithm(rawValue: name) else { throw .unsupported("alg") }
        return algorithm
    }

    private static func readKey(_ json: JSONObject) throws(JOSEError) -> PublicKey {
        switch try json.requiredString("kty") {
        case "EC":
            let type: KeyType =
                switch try json.requiredString("crv") {
                case "P-256": .p256
                case "P-384": .p384
                default: throw .unsupported("crv")
                }
            let (x, y) = (try json.requiredBytes("x"), try json.requiredBytes("y"))
            return try checked { () throws(CryptographyError) in try PublicKey(ec: type, x: x, y: y) }
        case "RSA":
            let (n, e) = (try json.requiredBytes("n"), try json.requiredBytes("e"))
            return try checked { () throws(CryptographyError) in try PublicKey(rsaModulus: n, exponent: e) }
        case "OKP":
            guard try json.requiredString("crv") == "Ed25519" else { throw .unsupported("crv") }
            let x = try json.requiredBytes("x")
            return try checked { () throws(CryptographyError) in try PublicKey(ed25519: x) }
        default:
            throw .unsupported("kty")
        }
    }

    private static func checked(_ make: () throws(CryptographyError) -> PublicKey) throws(JOSEError) -> PublicKey {
        do throws(CryptographyError) {
            return try make()
        } catch {
            switch error.code {
            case .weakKey: throw .malformed("key too weak")
            default: throw .malformed("key")
            }
        }
    }
}

extension JSONObject {
    func optionalString(_ name: String) throws(JOSEError) -> String? {
        guard let value = self[name] else { return nil }
        guard let string = value.stringValue else { throw .malformed(name) }
        return string
    }

    func requiredString(_ name: String) throws(JOSEError) -> String {
        guard let string = try optionalString(name) else { throw .malformed(name) }
        return string
    }

    func requiredBytes(_ name: String) throws(JOSEError) -> [UInt8] {
        guard let bytes = Base64URL.decode(try requiredString(name)) else { throw .malformed(name) }
        return bytes
    }
}
