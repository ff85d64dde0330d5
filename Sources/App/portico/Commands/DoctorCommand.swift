import ArgumentParser
import Primitives

struct DoctorCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at files, keys, clock, database and settings, and say what to do about what is found.",
        discussion: """
            Changes nothing, and may be run beside a server, best as the server's user. Ends with 0 where all is well or only warned of, with 1 where \
            something fails. --json has the same findings under stable names.

            EXAMPLE:
              portico doctor
              portico doctor --json --config /etc/portico/portico.yaml
            """)

    @OptionGroup var options: CommonOptions

    func perform() async throws {
        let findings = await examine()
        options.show(findings.text(styled: Terminal.isStyled), json: findings.json)
        if findings.worst == .fail { throw ExitCode(CommandFailure.Exit.refused.rawValue) }
    }

    /// Without settings nothing else can be looked at.
    private func examine() async -> [Finding] {
        do {
            return await Doctor(resolved: try options.settings(), settingsFile: options.source.path, timeSource: .system).examine()
        } catch {
            return CommandFailure(error).lines.map {
                .fail("settings.file", $0, "Put it right; `portico config --explain` says what each setting accepts.")
            }
        }
    }
}
