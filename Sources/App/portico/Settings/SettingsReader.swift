import OAuthProtocol
import Primitives

/// Where a setting's value came from.
enum SettingSource: String, Sendable {
    case builtIn = "default"
    case file
    case environment
}

/// The settings in force, and where each came from.
struct ResolvedSettings: Sendable {
    let settings: Settings
    /// By key; what is missing has its default.
    let sources: [String: SettingSource]

    func source(of setting: Setting) -> SettingSource { sources[setting.key] ?? .builtIn }
}

/// Everything that is wrong with the settings, found in one go. Each problem names the setting and what to do.
struct SettingsError: Error, Sendable, Hashable {
    let problems: [String]
}

/// Lays the environment over the file over the defaults. What neither knows is refused by name.
struct SettingsReader: Sendable {
    private var settings = Settings()
    private var sources: [String: SettingSource] = [:]
    private var problems: [String] = []

    /// - Parameters:
    ///   - file: the file's settings by their dotted names, and what the file is called; nil without a file.
    ///   - environment: every variable of the process; those that do not begin with `PORTICO_` are not looked at.
    static func read(file: (name: String, values: [(key: String, value: RawSetting)])?, environment: [String: String]) throws(SettingsError)
        -> ResolvedSettings
    {
        var reader = SettingsReader()
        if let file { for (key, value) in file.values { reader.take(key, value, from: .file, called: "\(key) in \(file.name)") } }
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Setting.environmentPrefix) {
            reader.takeEnvironment(name, value)
        }
        if reader.problems.isEmpty { reader.checkTogether() }
        guard reader.problems.isEmpty else { throw SettingsError(problems: reader.problems) }
        return ResolvedSettings(settings: reader.settings, sources: reader.sources)
    }

    private mutating func takeEnvironment(_ name: String, _ value: String) {
        guard let setting = SettingTable.all.first(where: { $0.environmentName == name }) else {
            let nearest = Nearest.name(to: name, among: SettingTable.all.map(\.environmentName))
            problems.append("There is no setting \(name)." + nearest.suggestion)
            return
        }
        take(setting.key, .text(value), from: .environment, called: name)
    }

    private mutating func take(_ key: String, _ value: RawSetting, from source: SettingSource, called name: String) {
        guard let setting = SettingTable.all.first(where: { $0.key == key }) else {
            problems.append("There is no setting \(name)." + Nearest.name(to: key, among: SettingTable.all.map(\.key)).suggestion)
            return
        }
        if source == .file, sources[key] != nil {
            problems.append("\(name) is given twice. Keep one of the two.")
        } else if setting.assign(value, &settings) {
            sources[key] = source
        } else {
            problems.append("\(name) must be \(setting.accepted).")
        }
    }

    /// Rules that hold between settings.
    private mutating func checkTogether() {
        if settings.password.memoryKiB < 8 * settings.password.parallelism {
            problems.append("password.memory-kib must be at least 8 times password.parallelism (RFC 9106 §3.1).")
        }
        if settings.session.idle > settings.session.absolute {
            problems.append("session.idle-minutes must not be longer than session.absolute-hours.")
        }
    }
}

/// The known name that a misspelt one most likely meant.
struct Nearest {
    let name: String?

    static func name(to wrong: String, among names: [String]) -> Nearest {
        let ranked = names.map { (name: $0, distance: distance(wrong.lowercased(), $0.lowercased())) }.min { $0.distance < $1.distance }
        guard let ranked, ranked.distance <= max(2, wrong.count / 3) else { return Nearest(name: nil) }
        return Nearest(name: ranked.name)
    }

    var suggestion: String { name.map { " Did you mean \($0)?" } ?? " `portico config` lists those there are." }

    /// Insertions, deletions and substitutions that lead from one text to the other (Levenshtein).
    static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var previous = Array(0...right.count)
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                current.append(min(previous[column] + (character == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }
}
