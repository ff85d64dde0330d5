import ArgumentParser
import Cryptography
import Domain
import Primitives
import Residents

struct ResidentAddCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a resident who can sign in at once.",
        discussion: """
            The password is read from standard input with --password-stdin, or generated and printed once.

            EXAMPLE:
              portico residents add --username sam --email sam@example.org --given-name Sam --family-name Taylor
              printf '%s\\n' "$PASSWORD" | portico residents add --username ada --claims ada.json --password-stdin
            """)

    @OptionGroup var options: CommonOptions
    @OptionGroup var password: PasswordOptions

    @Option(help: "The name to sign in with.")
    var username: String
    @Option(help: "Email address; it may be used to sign in as well.")
    var email: String?
    @Flag(help: "The email address is known to be theirs.")
    var emailVerified = false
    @Option(help: "Given name.")
    var givenName: String?
    @Option(help: "Family name.")
    var familyName: String?
    @Option(help: "Date of birth, as 1990-12-31.")
    var birthdate: String?
    @Option(help: "Phone number, as +14155550123.")
    var phoneNumber: String?
    @Option(help: "Language, such as en-US.")
    var locale: String?
    @Option(help: "Time zone, such as Europe/Paris.")
    var zoneinfo: String?
    @Option(help: ArgumentHelp("A JSON file with further claims by their OpenID Connect names.", valueName: "FILE"))
    var claims: String?

    func perform() async throws {
        let new = try NewResident(username: username, claims: try collectedClaims())
        let (secret, isGenerated) = try password.password()
        try await options.withResidents(missing: .create) { residents, now in
            let resident = try await residents.add(new, password: secret, at: now)
            let shown = isGenerated ? String(decoding: secret.copyBytes(), as: UTF8.self) : nil
            var listing = ResidentText.listing(of: resident)
            listing.add("password", shown.map { $0 + "   (shown once; give it to them in private)" })
            options.show(listing.text, json: ResidentText.json(of: resident, generatedPassword: shown))
        }
    }

    /// The file's claims, then what the options say.
    private func collectedClaims() throws -> JSONObject {
        var object = JSONObject()
        if let claims { object = try JSONFile.object(claims) }
        let named = [
            ("email", email), ("given_name", givenName), ("family_name", familyName), ("birthdate", birthdate), ("phone_number", phoneNumber),
            ("locale", locale), ("zoneinfo", zoneinfo),
        ]
        for (name, value) in named { if let value { object[name] = .string(value) } }
        if emailVerified { object["email_verified"] = true }
        return object
    }
}
