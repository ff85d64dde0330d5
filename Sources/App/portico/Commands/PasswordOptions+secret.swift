import Cryptography
import Residents

extension PasswordOptions {
    /// - Returns: the password, and whether it was generated and must be shown.
    func password() throws -> (secret: Secret, isGenerated: Bool) {
        guard readsStandardInput else { return (ResidentDirectory.generatePassword(), true) }
        var reader = LineReader.standardInput
        guard let line = try reader.next(), !line.isEmpty else {
            throw CommandFailure(
                .usage, "Standard input holds no password.",
                "Pipe it in, as in: printf '%s\\n' \"$PASSWORD\" | portico residents add … --password-stdin")
        }
        return (Secret(line), false)
    }
}
