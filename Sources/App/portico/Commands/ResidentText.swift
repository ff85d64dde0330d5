import Domain
import Primitives

/// Residents for people and for machines. Neither form carries the password's hash.
enum ResidentText {
    static func table(of residents: [Resident]) -> String {
        var table = Table("USERNAME", "NAME", "EMAIL", "STATE", "ID")
        for resident in residents {
            table.add(
                resident.username.display, resident.claim("name")?.stringValue ?? "–", resident.claims.email?.display ?? "–",
                resident.state.rawValue, resident.id.rawValue)
        }
        return table.isEmpty ? "There are no residents yet. Add one with `portico residents add`." : table.text(styled: Terminal.isStyled)
    }

    static func listing(of resident: Resident) -> Listing {
        var listing = Listing()
        listing.add("id", resident.id.rawValue)
        listing.add("username", resident.username.display)
        listing.add("state", resident.state.rawValue)
        for (name, value) in resident.claims.json.members { listing.add(name, text(value)) }
        listing.add("created", TimeText.second(resident.createdAt))
        listing.add("updated", TimeText.second(resident.updatedAt))
        listing.add("password set", resident.passwordChangedAt.map(TimeText.second) ?? "never")
        return listing
    }

    static func json(of resident: Resident, generatedPassword: String? = nil) -> JSONValue {
        var object: JSONObject = [
            "id": .string(resident.id.rawValue), "username": .string(resident.username.display), "state": .string(resident.state.rawValue),
            "claims": .object(resident.claims.json), "created_at": .integer(resident.createdAt.secondsSince1970),
            "updated_at": .integer(resident.updatedAt.secondsSince1970),
        ]
        object["password_changed_at"] = resident.passwordChangedAt.map { .integer($0.secondsSince1970) } ?? .null
        if let generatedPassword { object["generated_password"] = .string(generatedPassword) }
        return .object(object)
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "yes" : "no"
        case .object(let object): object.members.compactMap(\.value.stringValue).joined(separator: ", ")
        default: value.serialized()
        }
    }
}
