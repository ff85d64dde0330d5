internal import Cryptography
// Only whole Foundation has Unicode's normalisation forms in its public interface.
internal import Foundation

/// A password as it is hashed: prepared by the OpaqueString profile (RFC 8265 §4.2), so that the same password typed on another keyboard
/// is the same bytes. Every kind of space becomes U+0020, and the text is put in normalisation form C.
///
/// Form C and not KC: KC would fold characters a person chose to tell apart (`²` and `2`), and RFC 8265 asks for C.
struct PreparedPassword {
    /// The bytes that are hashed.
    let secret: Secret
    /// What rules for new passwords look at.
    let text: String

    /// Longer ones are refused before anything is computed. The longest any rule here admits.
    static let maximumBytes = 1024

    /// Nil for bytes that are no UTF-8 or too many: no password that was ever set.
    init?(_ password: Secret) {
        guard password.count <= Self.maximumBytes, let text = String(validating: password.copyBytes(), as: UTF8.self) else { return nil }
        self.text = Self.prepare(text)
        secret = Secret(Array(self.text.utf8))
        guard secret.count <= Self.maximumBytes else { return nil }
    }

    private static func prepare(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        let spaced = text.unicodeScalars.map { $0.properties.generalCategory == .spaceSeparator ? " " : $0 }
        return String(String.UnicodeScalarView(spaced)).precomposedStringWithCanonicalMapping
    }
}
