import ArgumentParser
import Residents

struct ResidentSetPasswordCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-password",
        abstract: "Give a resident a new password; every session of theirs ends.",
        discussion: """
            EXAMPLE:
              portico residents set-password sam
              printf '%s\\n' "$PASSWORD" | portico residents set-password sam --password-stdin
            """)

    @OptionGroup var options: CommonOptions
    @OptionGroup var password: PasswordOptions
    @Argument(help: "Username, email address or id.")
    var resident: String

    func perform() async throws {
        let (secret, isGenerated) = try password.password()
        try await options.withResidents(missing: .refuse) { residents, now in
            let id = try await residents.require(resident).id
            try await residents.setPassword(secret, of: id, at: now)
            let shown = isGenerated ? String(decoding: secret.copyBytes(), as: UTF8.self) : nil
            let changed = try await residents.require(id.rawValue)
            options.show(
                shown.map { "The new password of \(resident), shown once: \($0)" } ?? "\(resident) has the new password.",
                json: ResidentText.json(of: changed, generatedPassword: shown))
        }
    }
}
