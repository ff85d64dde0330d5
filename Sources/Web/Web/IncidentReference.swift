import Cryptography

/// What an error page shows and the log holds, so that staff can find the one by the other: eight characters that are not easily
/// confused, in two groups.
struct IncidentReference: CustomStringConvertible {
    let description: String

    static func random() -> IncidentReference {
        let characters = Randomness.bytes(8).map { Self.alphabet[Int($0) % Self.alphabet.count] }
        return IncidentReference(description: String(characters[0..<4]) + "-" + String(characters[4..<8]))
    }

    private static let alphabet = Array("23456789BCDFGHJKMNPQRSTVWXYZ")
}
