import Primitives

/// One claim as a row of the resident's table: a plain name, the claim's own name, the value, and where it came from.
struct ClaimRow: Sendable, Hashable {
    let label: String
    let claim: String
    let value: String
    let source: String

    /// Userinfo first, then what only the ID token says; protocol members that mean nothing to a resident are left out.
    static func rows(for resident: SignedInResident) -> [ClaimRow] {
        let shared = resident.userInfo.members.filter { $0.name != "sub" }.map { row($0, source: "userinfo") }
        let known = Set(resident.userInfo.names)
        let signed = resident.idToken.claims.members.filter { !known.contains($0.name) && !protocolMembers.contains($0.name) }
        return shared + signed.map { row($0, source: "ID token") }
    }

    private static func row(_ member: (name: String, value: JSONValue), source: String) -> ClaimRow {
        let name = member.name.separated
        return ClaimRow(label: labels[member.name] ?? name, claim: name, value: text(member.value, of: member.name).separated, source: source)
    }

    private static func text(_ value: JSONValue, of name: String) -> String {
        switch value {
        case .null: "—"
        case .bool(let value): value ? "Yes" : "No"
        case .integer(let seconds) where name == "updated_at" || name == "auth_time": TimeText.minute(Instant(secondsSince1970: seconds))
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .string(let value): value
        case .array(let elements): elements.map { text($0, of: name) }.joined(separator: ", ")
        case .object(let object):
            object["formatted"]?.stringValue ?? object.members.map { text($0.value, of: $0.name) }.joined(separator: ", ")
        }
    }

    private static let protocolMembers: Set<String> = [
        "sub", "iss", "aud", "azp", "exp", "iat", "nonce", "at_hash", "c_hash", "sid", "jti", "auth_time",
    ]

    private static let labels = [
        "name": "Full name", "given_name": "Given name", "family_name": "Family name", "middle_name": "Middle name", "nickname": "Nickname",
        "preferred_username": "Username", "profile": "Profile page", "picture": "Picture", "website": "Website", "gender": "Gender",
        "birthdate": "Date of birth", "zoneinfo": "Time zone", "locale": "Language", "email": "Email address",
        "email_verified": "Email address checked", "phone_number": "Phone number", "phone_number_verified": "Phone number checked",
        "address": "Address", "updated_at": "Details last changed", "acr": "Level of sign-in", "amr": "Way of sign-in",
    ]
}
