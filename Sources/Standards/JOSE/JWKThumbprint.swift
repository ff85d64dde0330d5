import Cryptography
import Primitives

/// RFC 7638: the name of a key that anyone can compute from the key.
enum JWKThumbprint {
    static func of(_ key: PublicKey) -> String {
        // RFC 7638 §3.3: the required members only, ordered by name, without white space.
        let ordered = JSONObject(members(of: key).members.sorted { $0.name < $1.name })
        return Base64URL.encode(Digest.sha256.hash(JSONValue.object(ordered).serializedBytes()))
    }

    /// The members that make up the key, in the order in which JWKs are commonly written.
    static func members(of key: PublicKey) -> JSONObject {
        switch key.parameters {
        case .ec(let x, let y):
            let curve: JSONValue = key.type == .p256 ? "P-256" : "P-384"
            return ["kty": "EC", "crv": curve, "x": .string(Base64URL.encode(x)), "y": .string(Base64URL.encode(y))]
        case .rsa(let n, let e):
            return ["kty": "RSA", "n": .string(Base64URL.encode(n)), "e": .string(Base64URL.encode(e))]
        case .ed25519(let x):
            return ["kty": "OKP", "crv": "Ed25519", "x": .string(Base64URL.encode(x))]
        }
    }
}

extension JSONObject {
    fileprivate init(_ members: [(name: String, value: JSONValue)]) {
        self.init()
        for member in members { self[member.name] = member.value }
    }
}
