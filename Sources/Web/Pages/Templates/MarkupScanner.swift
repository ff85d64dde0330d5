/// Follows a template's own markup, byte by byte, far enough to know where a value would land, and refuses what the
/// Content-Security-Policy of the pages blocks anyway: inline styles, inline scripts and event handlers.
struct MarkupScanner {
    enum State { case text, tag, quoted }

    private(set) var state: State = .text
    /// The element's name and attributes as read so far, without the attribute values.
    private var element: [UInt8] = []

    /// Takes the next byte; returns why it is refused, or nil.
    mutating func step(_ byte: UInt8) -> String? {
        switch (state, byte) {
        case (.text, UInt8(ascii: "<")):
            state = .tag
            element = []
        case (.tag, UInt8(ascii: "\"")): state = .quoted
        case (.quoted, UInt8(ascii: "\"")):
            state = .tag
            element.append(UInt8(ascii: " "))
        case (.tag, UInt8(ascii: "'")): return "attribute values stand between double quotes"
        case (.tag, UInt8(ascii: "<")): return "“<” inside an element"
        case (.tag, UInt8(ascii: ">")):
            state = .text
            return Self.problem(in: String(decoding: element, as: UTF8.self).lowercased())
        case (.tag, _): element.append(byte)
        default: break
        }
        return nil
    }

    private static func problem(in element: String) -> String? {
        if element.hasPrefix("!--") { return "write {{! comments }} so that they are not sent" }
        let words = element.split { $0.isWhitespace || $0 == "=" || $0 == "/" }
        guard let name = words.first else { return nil }
        if name == "style" || words.dropFirst().contains("style") { return "styles belong in portico.css or theme.css" }
        if words.dropFirst().contains(where: { $0.hasPrefix("on") }) { return "scripts belong in a file, not in an attribute" }
        if element.hasPrefix("script"), !words.contains("src") { return "scripts belong in a file" }
        return nil
    }
}
