import ArgumentParser
import Primitives

struct ConfigCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print the settings in force, and where each came from.",
        discussion: """
            Checks the settings file and the environment as `portico serve` does, and starts nothing. Secrets are not shown.

            EXAMPLE:
              PORTICO_SERVER_PORT=9000 portico config
              portico config --config /etc/portico/portico.yaml --json
            """)

    @OptionGroup var options: CommonOptions

    @Flag(help: "Explain each setting: what it is for and what it accepts.")
    var explain = false

    func perform() async throws {
        let resolved = try options.settings()
        options.show(explain ? SettingsReport.explanation(of: resolved) : SettingsReport.table(of: resolved), json: SettingsReport.json(of: resolved))
    }
}

/// The settings in force, for people and for machines.
enum SettingsReport {
    static let hidden = "‹secret›"

    static func table(of resolved: ResolvedSettings) -> String {
        var table = Table("SETTING", "VALUE", "FROM")
        for setting in SettingTable.all {
            table.add(setting.key, text(setting, resolved), resolved.source(of: setting).rawValue)
        }
        return table.text(styled: Terminal.isStyled)
    }

    static func explanation(of resolved: ResolvedSettings) -> String {
        SettingTable.all.map { setting in
            """
            \(setting.key) = \(text(setting, resolved))
                \(setting.help)
                Accepts \(setting.accepted). In the environment: \(setting.environmentName). In force from: \(resolved.source(of: setting).rawValue).
            """
        }.joined(separator: "\n")
    }

    static func json(of resolved: ResolvedSettings) -> JSONValue {
        let entries = SettingTable.all.map { setting -> JSONValue in
            [
                "setting": .string(setting.key), "environment": .string(setting.environmentName),
                "value": setting.isSecret ? .string(hidden) : setting.show(resolved.settings),
                "source": .string(resolved.source(of: setting).rawValue), "accepts": .string(setting.accepted), "help": .string(setting.help),
            ]
        }
        return ["settings": .array(entries)]
    }

    private static func text(_ setting: Setting, _ resolved: ResolvedSettings) -> String {
        guard !setting.isSecret else { return hidden }
        return switch setting.show(resolved.settings) {
        case .null: "–"
        case .string(let text): text
        case .array(let elements): elements.isEmpty ? "–" : elements.compactMap(\.stringValue).joined(separator: ", ")
        case let value: value.serialized()
        }
    }
}
