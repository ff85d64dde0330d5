/// A template file, read once and the same for every language.
indirect enum TemplatePart: Sendable {
    case text([UInt8])
    /// `{{name}}`; `inAttribute` where it stands in a quoted attribute value, in which no element can be written.
    case tag(String, inAttribute: Bool)
    case section(name: String, inverted: Bool, content: [TemplatePart])
    case partial(String)
}

/// Reads the part of Mustache that our pages use: `{{name}}`, `{{#name}}`, `{{^name}}`, `{{/name}}`, `{{> partial}}` and `{{! comment}}`.
/// Everything else is refused, and so is what the pages' Content-Security-Policy would block.
struct TemplateParser {
    private let file: String
    private let bytes: [UInt8]
    private var offset = 0
    private var markup = MarkupScanner()

    static func parse(_ source: String, file: String) throws(PageError) -> [TemplatePart] {
        var parser = TemplateParser(file: file, bytes: Array(joinLines(source).utf8))
        let parts = try parser.parse(until: nil)
        guard parser.markup.state == .text else { throw parser.refused("an element is not closed with “>”") }
        return parts
    }

    private init(file: String, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
    }

    /// Takes the indentation and the line breaks out. A break between two elements or tags vanishes, any other becomes one space.
    private static func joinLines(_ source: String) -> String {
        var joined = ""
        for line in source.split(whereSeparator: \.isNewline) {
            let line = line.drop(while: \.isWhitespace)
            guard let end = line.lastIndex(where: { !$0.isWhitespace }) else { continue }
            let text = line[...end]
            let closes = joined.hasSuffix(">") || joined.hasSuffix("}}")
            let opens = text.hasPrefix("<") || text.hasPrefix("{{")
            if !joined.isEmpty, !(closes && opens) { joined += " " }
            joined += text
        }
        return joined
    }

    private mutating func parse(until section: String?) throws(PageError) -> [TemplatePart] {
        var parts: [TemplatePart] = []
        while offset < bytes.count {
            let text = try readText()
            if !text.isEmpty { parts.append(.text(text)) }
            guard offset < bytes.count else { break }
            let tag = try readTag()
            switch tag.kind {
            case "!": break
            case ">": parts.append(.partial(tag.name))
            case "#", "^": parts.append(.section(name: tag.name, inverted: tag.kind == "^", content: try parse(until: tag.name)))
            case "/":
                guard tag.name == section else { throw refused("{{/\(tag.name)}} closes nothing that is open") }
                return parts
            default:
                guard markup.state != .tag else { throw refused("{{\(tag.name)}} must stand between double quotes") }
                parts.append(.tag(tag.name, inAttribute: markup.state == .quoted))
            }
        }
        if let section { throw refused("{{#\(section)}} is not closed") }
        return parts
    }

    /// The bytes up to the next `{{` or the end.
    private mutating func readText() throws(PageError) -> [UInt8] {
        let start = offset
        while offset < bytes.count, !isAt("{{") {
            if let problem = markup.step(bytes[offset]) { throw refused(problem) }
            offset += 1
        }
        return Array(bytes[start..<offset])
    }

    private mutating func readTag() throws(PageError) -> (kind: Character, name: String) {
        let start = offset + 2
        var end = start
        while end + 1 < bytes.count, !(bytes[end] == UInt8(ascii: "}") && bytes[end + 1] == UInt8(ascii: "}")) { end += 1 }
        guard end + 1 < bytes.count else { throw refused("{{ is not closed") }
        offset = end + 2
        let content = String(decoding: bytes[start..<end], as: UTF8.self)
        if content.hasPrefix("!") { return ("!", "") }
        var kind: Character = "="
        var name = Substring(content)
        if let first = content.first, "#^/>".contains(first) {
            kind = first
            name = name.dropFirst()
        }
        while name.first == " " { name.removeFirst() }
        while name.last == " " { name.removeLast() }
        // This also refuses {{{name}}}, {{&name}}, changed delimiters and lambdas: values are never written unescaped.
        let isName = !name.isEmpty && name.utf8.allSatisfy { Self.nameBytes.contains($0) }
        guard isName else { throw refused("{{\(content)}} is not a name; only {{name}}, {{#name}}, {{^name}}, {{/name}} and {{> name}} are known") }
        return (kind, String(name))
    }

    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-".utf8)

    private func isAt(_ text: StaticString) -> Bool {
        guard offset + text.utf8CodeUnitCount <= bytes.count else { return false }
        for index in 0..<text.utf8CodeUnitCount where bytes[offset + index] != text.utf8Start[index] { return false }
        return true
    }

    private func refused(_ reason: String) -> PageError {
        let near = String(decoding: bytes[max(0, offset - 30)..<min(bytes.count, offset + 10)], as: UTF8.self)
        return .template(file: file, reason: "\(reason) (near “\(near)”)")
    }
}
