import Logging
import Primitives

/// Writes each event as one line on standard error at once: a JSON object, or text for people.
///
/// Line breaks and control characters are escaped, so that nothing that came from outside can forge a second line; what looks like a
/// secret is cut out (`Redaction`).
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let label: String
    private let format: Settings.Log.Format
    private let timeSource: TimeSource
    private let write: @Sendable (String) -> Void

    init(
        label: String, level: Logger.Level, format: Settings.Log.Format, timeSource: TimeSource = .system,
        write: @escaping @Sendable (String) -> Void = { Terminal.tell($0) }
    ) {
        self.label = label
        self.format = format
        self.timeSource = timeSource
        self.write = write
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        if let error = event.error { fields["cause"] = "\(error)" }
        let sorted = fields.sorted { $0.key < $1.key }
        let time = TimeText.millisecond(timeSource.now())
        switch format {
        case .json: write(Redaction.clean(json(time, event, sorted)))
        case .text: write(Redaction.clean(text(time, event, sorted)))
        }
    }

    private func json(_ time: String, _ event: LogEvent, _ fields: [(key: String, value: Logger.Metadata.Value)]) -> String {
        var object: JSONObject = [
            "time": .string(time), "level": .string(event.level.rawValue), "logger": .string(label), "message": .string("\(event.message)"),
        ]
        // A field never takes the place of one of the line's own.
        for (name, value) in fields { object[object[name] == nil ? name : "field." + name] = value.json }
        return JSONValue.object(object).serialized()
    }

    private func text(_ time: String, _ event: LogEvent, _ fields: [(key: String, value: Logger.Metadata.Value)]) -> String {
        let named = fields.map { " \($0.key)=\($0.value.json.stringValue.map(quotedWhereNeeded) ?? $0.value.json.serialized())" }.joined()
        return Table.plain("\(time) \(event.level.rawValue) \(event.message)\(named)")
    }

    private func quotedWhereNeeded(_ text: String) -> String {
        text.contains(where: { $0 == " " || $0 == "=" || $0 == "\"" }) || text.isEmpty ? JSONValue.string(text).serialized() : text
    }
}

extension Logger {
    /// The server's logger: made here and handed on, no global one is set up.
    static func portico(_ settings: Settings.Log) -> Logger {
        let level = Logger.Level(rawValue: settings.level.rawValue) ?? .info
        return Logger(label: "portico") { LineLogHandler(label: $0, level: level, format: settings.format) }
    }
}

extension Logger.MetadataValue {
    fileprivate var json: JSONValue {
        switch self {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string(value.description)
        case .array(let elements): .array(elements.map(\.json))
        case .dictionary(let members):
            .object(members.sorted { $0.key < $1.key }.reduce(into: JSONObject()) { $0[$1.key] = $1.value.json })
        }
    }
}
