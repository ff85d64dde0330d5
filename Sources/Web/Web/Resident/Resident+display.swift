import Domain
import Primitives

extension Resident {
    /// How pages call the resident: by name where there is one.
    var displayName: String { claim("name")?.stringValue ?? username.display }

    /// The values of `claims` as the resident reads them before they share them. What the full name says already is not said again.
    func displayTexts(of claims: [String]) -> [String] {
        let name = claims.contains("name") ? displayText(of: "name") : nil
        return claims.compactMap { claim in
            displayText(of: claim).flatMap { text in Self.partsOfName.contains(claim) && name?.contains(text) == true ? nil : text }
        }
    }

    private static let partsOfName: Set = ["given_name", "middle_name", "family_name"]

    /// Nil for a claim that says nothing to the resident.
    private func displayText(of claim: String) -> String? {
        switch self.claim(claim) {
        case .string(let text): text
        case .object(let address): address["formatted"]?.stringValue ?? Self.oneLine(address)
        default: nil
        }
    }

    private static func oneLine(_ address: JSONObject) -> String? {
        let parts = ["street_address", "postal_code", "locality", "region", "country"].compactMap { address[$0]?.stringValue }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
