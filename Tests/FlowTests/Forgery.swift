import Cryptography
import JOSE
import Primitives
import Testing

/// Tokens that no honest party would make.
enum Forgery {
    static func segment(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }

    /// The token's claims under `alg: none`, with a signature of one byte so that its form is right.
    static func unsigned(_ token: String) throws -> String {
        let segments = token.split(separator: ".")
        let payload = try #require(segments.count == 3 ? segments[1] : nil)
        return segment(#"{"alg":"none","typ":"JWT"}"#) + "." + payload + ".AA"
    }

    /// The token with one character of its payload changed.
    static func modified(_ token: String) throws -> String {
        var segments = token.split(separator: ".").map(String.init)
        try #require(segments.count == 3)
        let bytes = try #require(Base64URL.decode(segments[1]))
        var payload = try #require(try JSONValue(parsing: bytes).objectValue)
        payload["sub"] = "p_somebody-else"
        segments[1] = Base64URL.encode(JSONValue.object(payload).serializedBytes())
        return segments.joined(separator: ".")
    }

    /// `claims` signed by a key that is nobody's here, under the header of `token`.
    static func resigned(_ token: String) throws -> String {
        let segments = token.split(separator: ".").map(String.init)
        try #require(segments.count == 3)
        let key = try PrivateKey.generate(for: .es256)
        let input = segments[0] + "." + segments[1]
        return input + "." + Base64URL.encode(try key.sign(Array(input.utf8), .es256))
    }
}
