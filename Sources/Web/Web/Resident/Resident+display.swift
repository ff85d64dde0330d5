import Domain
import Primitives

extension Resident {
    /// How pages call the resident: by name where there is one.
    var displayName: String { claim("name")?.stringValue ?? username.display }

    /// A claim's value as the resident reads it before they share it; nil for what says nothing to them.
    func displayText(of claim: String) -> String? {
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
