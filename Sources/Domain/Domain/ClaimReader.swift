import Primitives

/// Reads claims from JSON, naming the claim at fault. Null and the empty string are absence, as OpenID Connect Core §5.3.2 treats them.
struct ClaimReader {
    private let object: JSONObject
    private let prefix: String

    init(_ object: JSONObject, prefix: String = "") {
        self.object = object
        self.prefix = prefix
    }

    /// One line of text.
    func text(_ name: String, maximumBytes: Int = 255) throws(DomainError) -> String? {
        try string(name, maximumBytes) { !PreparedText.breaksLine($0) }
    }

    /// Text that may have several lines.
    func lines(_ name: String, maximumBytes: Int) throws(DomainError) -> String? {
        try string(name, maximumBytes) { $0 == "\n" || $0 == "\r" || !PreparedText.breaksLine($0) }
    }

    /// Text of a given form; `form` reads on after "must be".
    func text(_ name: String, _ form: String, maximumBytes: Int = 255, where hasForm: (String) -> Bool) throws(DomainError) -> String? {
        guard let text = try text(name, maximumBytes: maximumBytes) else { return nil }
        guard hasForm(text) else { throw DomainError(prefix + name, "must be \(form)") }
        return text
    }

    func bool(_ name: String) throws(DomainError) -> Bool {
        switch object[name] {
        case nil, .null: false
        case .bool(let value): value
        default: throw DomainError(prefix + name, "must be true or false")
        }
    }

    func object(_ name: String) throws(DomainError) -> JSONObject? {
        switch object[name] {
        case nil, .null: nil
        case .object(let value): value
        default: throw DomainError(prefix + name, "must be an object")
        }
    }

    private func string(
        _ name: String, _ maximumBytes: Int, _ isAllowed: (Unicode.Scalar) -> Bool
    ) throws(DomainError) -> String? {
        switch object[name] {
        case nil, .null, .string(""): return nil
        case .string(let text):
            guard text.utf8.count <= maximumBytes else { throw DomainError(prefix + name, "must have at most \(maximumBytes) bytes") }
            guard text.unicodeScalars.allSatisfy(isAllowed) else { throw DomainError(prefix + name, "contains a control character") }
            return text
        default: throw DomainError(prefix + name, "must be a string")
        }
    }
}

extension PreparedText {
    /// Controls and the line and paragraph separators.
    static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
