public import Primitives

/// What is known of a resident beyond their name for signing in: the claims of OpenID Connect Core §5.1, each checked for type and form.
public struct ResidentClaims: Sendable, Hashable {
    public let name: String?
    public let givenName: String?
    public let familyName: String?
    public let middleName: String?
    public let nickname: String?
    public let preferredUsername: String?
    public let profile: String?
    public let picture: String?
    public let website: String?
    public let gender: String?
    /// `YYYY-MM-DD`, `YYYY`, or `0000-MM-DD`.
    public let birthdate: String?
    public let zoneinfo: String?
    public let locale: String?
    public let email: EmailAddress?
    /// Never true without an email.
    public let emailVerified: Bool
    /// E.164, perhaps with `;ext=`.
    public let phoneNumber: String?
    /// Never true without a phone number.
    public let phoneNumberVerified: Bool
    public let address: Address?

    /// Every claim this type reads, by its OpenID Connect name.
    public static let names = [
        "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender",
        "birthdate", "zoneinfo", "locale", "email", "email_verified", "phone_number", "phone_number_verified", "address",
    ]

    /// Reads the claims of `names` and ignores other members: a record may hold more than claims.
    ///
    /// - Throws: `DomainError` naming the claim.
    public init(json: JSONObject) throws(DomainError) {
        let reader = ClaimReader(json)
        name = try reader.text("name")
        givenName = try reader.text("given_name")
        familyName = try reader.text("family_name")
        middleName = try reader.text("middle_name")
        nickname = try reader.text("nickname")
        preferredUsername = try reader.text("preferred_username")
        profile = try reader.text("profile", "an http or https URL", maximumBytes: 2048, where: ClaimForms.isWebAddress)
        picture = try reader.text("picture", "an http or https URL", maximumBytes: 2048, where: ClaimForms.isWebAddress)
        website = try reader.text("website", "an http or https URL", maximumBytes: 2048, where: ClaimForms.isWebAddress)
        gender = try reader.text("gender", maximumBytes: 64)
        birthdate = try reader.text("birthdate", "a date as YYYY-MM-DD, 0000-MM-DD or YYYY", where: ClaimForms.isBirthdate)
        zoneinfo = try reader.text("zoneinfo", "a time zone such as Europe/Paris", maximumBytes: 64, where: ClaimForms.isZone)
        locale = try reader.text("locale", "a language tag such as en-US", maximumBytes: 64, where: ClaimForms.isLocale)
        email = if let text = try reader.text("email") { try EmailAddress(text) } else { nil }
        emailVerified = try reader.bool("email_verified") && email != nil
        phoneNumber = try reader.text("phone_number", "a number as +14155550123", where: ClaimForms.isPhoneNumber)
        phoneNumberVerified = try reader.bool("phone_number_verified") && phoneNumber != nil
        let address = if let object = try reader.object("address") { try Address(json: object) } else { nil as Address? }
        self.address = address.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Nothing known.
    public static let none = ResidentClaims()

    private init() {
        (name, givenName, familyName, middleName, nickname, preferredUsername) = (nil, nil, nil, nil, nil, nil)
        (profile, picture, website, gender, birthdate, zoneinfo, locale) = (nil, nil, nil, nil, nil, nil, nil)
        (email, emailVerified, phoneNumber, phoneNumberVerified, address) = (nil, false, nil, false, nil)
    }

    /// The claims by their OpenID Connect names, with what is absent left out: what is stored.
    public var json: JSONObject {
        var object = JSONObject()
        for name in Self.names { object[name] = claim(name) }
        return object
    }

    /// The value of a claim of `names`; nil where it is absent or unknown.
    public func claim(_ name: String) -> JSONValue? {
        switch name {
        case "email_verified": email.map { _ in .bool(emailVerified) }
        case "phone_number_verified": phoneNumber.map { _ in .bool(phoneNumberVerified) }
        case "address": address.map { .object($0.json) }
        default: text(name).map(JSONValue.string)
        }
    }

    private func text(_ name: String) -> String? {
        switch name {
        case "name": self.name
        case "given_name": givenName
        case "family_name": familyName
        case "middle_name": middleName
        case "nickname": nickname
        case "preferred_username": preferredUsername
        case "profile": profile
        case "picture": picture
        case "website": website
        case "gender": gender
        case "birthdate": birthdate
        case "zoneinfo": zoneinfo
        case "locale": locale
        case "email": email?.display
        case "phone_number": phoneNumber
        default: nil
        }
    }
}
