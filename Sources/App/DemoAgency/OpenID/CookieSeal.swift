import Cryptography
import Primitives

/// Seals what a browser keeps for us under a key that lives as long as this process (AES-256-GCM): the browser can neither read nor
/// change it, and a cookie sealed for one purpose does not open for another.
struct CookieSeal: Sendable {
    enum Purpose: String {
        case signIn = "sign-in"
        case signOut = "sign-out"
    }

    private let cipher: AESGCM

    init(key: Secret = .random(32)) throws(CryptographyError) {
        cipher = try AESGCM(key: key)
    }

    func seal(_ content: JSONObject, purpose: Purpose) throws(CryptographyError) -> String {
        Base64URL.encode(try cipher.seal(JSONValue.object(content).serializedBytes(), authenticating: Array(purpose.rawValue.utf8)))
    }

    func open(_ text: String, purpose: Purpose) -> JSONObject? {
        guard text.utf8.count <= 4096, let sealed = Base64URL.decode(text),
            let content = try? cipher.open(sealed, authenticating: Array(purpose.rawValue.utf8))
        else { return nil }
        return try? JSONValue(parsing: content).objectValue
    }
}
