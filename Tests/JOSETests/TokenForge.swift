import Cryptography
import JOSE
import Primitives

/// Builds tokens no signer of ours would make.
enum TokenForge {
    static func segment(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }

    /// A token with this exact header text, properly signed.
    static func signed(header: String, payload: String = "{}", key: PrivateKey, _ algorithm: SignatureAlgorithm) throws -> String {
        let input = segment(header) + "." + segment(payload)
        return input + "." + Base64URL.encode(try key.sign(Array(input.utf8), algorithm))
    }

    static func macced(header: String, payload: String = "{}", key: Secret) -> String {
        let input = segment(header) + "." + segment(payload)
        return input + "." + Base64URL.encode(HMAC.authenticate(Array(input.utf8), key: key))
    }

    static func segments(_ token: String) -> [String] {
        token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    static func parameters(_ key: PublicKey) -> [String] {
        switch key.parameters {
        case .ec(let x, let y): [Base64URL.encode(x), Base64URL.encode(y)]
        case .rsa(let n, let e): [Base64URL.encode(n), Base64URL.encode(e)]
        case .ed25519(let x): [Base64URL.encode(x)]
        }
    }
}

func parseObject(_ text: String) throws -> JSONObject { try JSONValue(parsing: text).objectValue ?? [:] }
