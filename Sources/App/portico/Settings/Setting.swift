import Primitives

/// One setting as declared: its name, what it accepts, and how its text becomes a value of `Settings` and back.
struct Setting: Sendable {
    /// The name in the file, such as `server.port`.
    let key: String
    let help: String
    /// What is accepted, as the end of the sentence "… must be".
    let accepted: String
    /// Shown as `‹secret›` wherever settings are printed.
    let isSecret: Bool
    /// Puts a value from outside in its place; false where it is not acceptable.
    let assign: @Sendable (RawSetting, inout Settings) -> Bool
    /// The value in force as it would be written in the file.
    let show: @Sendable (Settings) -> JSONValue

    init(
        _ key: String, accepted: String, help: String, isSecret: Bool = false, assign: @escaping @Sendable (RawSetting, inout Settings) -> Bool,
        show: @escaping @Sendable (Settings) -> JSONValue
    ) {
        self.key = key
        self.help = help
        self.accepted = accepted
        self.isSecret = isSecret
        self.assign = assign
        self.show = show
    }

    /// `server.trusted-proxies` is `PORTICO_SERVER_TRUSTED_PROXIES` in the environment.
    var environmentName: String { Self.environmentPrefix + key.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined() }

    static let environmentPrefix = "PORTICO_"
}

/// A value as it came from the file or the environment: a text, or in the file also a list of texts.
enum RawSetting: Sendable, Hashable {
    case text(String)
    case list([String])

    var text: String? { if case .text(let text) = self { text } else { nil } }

    /// In the environment a list is written with commas.
    var list: [String] {
        switch self {
        case .list(let elements): elements
        case .text(let text): text.split(separator: ",").map { String($0.trimmed) }.filter { !$0.isEmpty }
        }
    }
}

extension Setting {
    typealias Place<Value> = any WritableKeyPath<Settings, Value> & Sendable

    static func text(_ key: String, _ place: Place<String>, help: String) -> Setting {
        Setting(key, accepted: "a text", help: help) { raw, settings in
            guard let text = raw.text, !text.isEmpty, text.isOneLine else { return false }
            settings[keyPath: place] = text
            return true
        } show: {
            .string($0[keyPath: place])
        }
    }

    /// A text that may be absent; an empty one removes what the file says.
    static func optionalText(
        _ key: String, _ place: Place<String?>, accepted: String = "a text", help: String,
        where isAccepted: @escaping @Sendable (String) -> Bool = { _ in true }
    ) -> Setting {
        Setting(key, accepted: accepted, help: help) { raw, settings in
            guard let text = raw.text, text.isOneLine, text.isEmpty || isAccepted(text) else { return false }
            settings[keyPath: place] = text.isEmpty ? nil : text
            return true
        } show: {
            $0[keyPath: place].map(JSONValue.string) ?? .null
        }
    }

    static func integer(_ key: String, _ place: Place<Int>, _ range: ClosedRange<Int>, help: String) -> Setting {
        Setting(key, accepted: "a whole number from \(range.lowerBound) to \(range.upperBound)", help: help) { raw, settings in
            guard let value = raw.text.flatMap(Self.wholeNumber), range.contains(value) else { return false }
            settings[keyPath: place] = value
            return true
        } show: {
            .integer(Int64($0[keyPath: place]))
        }
    }

    /// A duration counted in `unit`, which the setting's name ends in.
    static func duration(
        _ key: String, _ place: Place<Duration>, _ range: ClosedRange<Int>, _ unit: Unit, help: String
    ) -> Setting {
        Setting(key, accepted: "a whole number of \(unit.rawValue) from \(range.lowerBound) to \(range.upperBound)", help: help) { raw, settings in
            guard let count = raw.text.flatMap(Self.wholeNumber), range.contains(count) else { return false }
            settings[keyPath: place] = .seconds(Int64(count) * unit.seconds)
            return true
        } show: {
            .integer($0[keyPath: place].wholeSeconds / unit.seconds)
        }
    }

    static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(_ key: String, _ place: Place<Value>, help: String) -> Setting {
        Setting(key, accepted: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "), help: help) { raw, settings in
            guard let value = raw.text.flatMap(Value.init(rawValue:)) else { return false }
            settings[keyPath: place] = value
            return true
        } show: {
            .string($0[keyPath: place].rawValue)
        }
    }

    enum Unit: String, Sendable {
        case seconds, minutes, hours, days

        var seconds: Int64 {
            switch self {
            case .seconds: 1
            case .minutes: 60
            case .hours: 3600
            case .days: 86_400
            }
        }
    }

    /// Digits alone: neither a sign nor the octal, hexadecimal and grouped numbers that YAML knows.
    private static func wholeNumber(_ text: String) -> Int? {
        guard (1...10).contains(text.utf8.count), text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        guard text == "0" || !text.hasPrefix("0") else { return nil }
        return Int(text)
    }
}

extension StringProtocol {
    var trimmed: SubSequence {
        let start = firstIndex { !$0.isWhitespace } ?? endIndex
        let end = lastIndex { !$0.isWhitespace }.map(index(after:)) ?? start
        return self[start..<end]
    }

    var isOneLine: Bool { unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } }
}
