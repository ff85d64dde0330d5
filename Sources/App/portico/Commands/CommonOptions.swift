import ArgumentParser
import Primitives

/// Where the settings are.
struct SettingsOptions: ParsableArguments {
    @Option(
        name: .customLong("config"),
        help: ArgumentHelp("The settings file (default: portico.yaml in the working directory, if there).", valueName: "FILE"))
    var file: String?

    /// The settings file that is read; nil where there is none.
    var path: String? { file ?? (Files.exists(SettingsFile.defaultName) ? SettingsFile.defaultName : nil) }

    func settings() throws -> ResolvedSettings {
        let name = file ?? SettingsFile.defaultName
        guard let bytes = try Files.read(name, maximumBytes: SettingsFile.maximumBytes) else {
            guard file == nil else { throw CommandFailure(.configuration, "There is no settings file \(name).") }
            return try SettingsReader.read(file: nil, environment: ProcessEnvironment.read())
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw CommandFailure(.configuration, "\(name) is not UTF-8 text.") }
        let values = try SettingsFile.parse(text, name: name)
        return try SettingsReader.read(file: (name: name, values: values), environment: ProcessEnvironment.read())
    }
}

/// What every command but `serve` takes.
struct CommonOptions: ParsableArguments {
    @OptionGroup var source: SettingsOptions

    @Flag(name: .customLong("json"), help: "Print JSON for machines.")
    var asJSON = false

    func settings() throws -> ResolvedSettings { try source.settings() }

    /// Runs `body` on the installation and closes it again, whatever happens.
    func withAssembly(missing: Assembly.Missing, _ body: (Assembly) async throws -> Void) async throws {
        let assembly = try await Assembly.open(try settings().settings, missing: missing)
        if !assembly.created.isEmpty { Terminal.tell("portico: created " + assembly.created.joined(separator: ", ") + ".") }
        do {
            try await body(assembly)
        } catch {
            await assembly.close()
            throw error
        }
        await assembly.close()
    }

    /// Prints `json` where it was asked for, else `text`.
    func show(_ text: @autoclosure () -> String, json: @autoclosure () -> JSONValue) {
        Terminal.print(asJSON ? json().serialized() : text())
    }
}

/// A new password: from standard input, or generated and shown once. Never from an argument, which every process of the machine can read.
struct PasswordOptions: ParsableArguments {
    @Flag(
        name: .customLong("password-stdin"),
        help: "Read the password from the first line of standard input; without this one is generated and printed once.")
    var readsStandardInput = false
}
