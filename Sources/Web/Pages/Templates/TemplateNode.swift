/// One piece of a template that is ready to be rendered in one language.
enum TemplateNode: Sendable {
    /// Bytes that go out as they are: the template's own markup and the language's texts, already escaped.
    case text([UInt8])
    /// A value of the page, always escaped.
    case value(String)
    case section(name: String, content: [TemplateNode])
    case inverted(name: String, content: [TemplateNode])
}

/// What a name on a page stands for.
enum PageValue: Sendable {
    case text(String)
    case flag(Bool)
    /// Known, but empty here: a section of this name is skipped.
    case nothing
    case record(PageRecord)
    case list([PageRecord])

    init(_ text: String?) {
        self = text.map(PageValue.text) ?? .nothing
    }
}

/// The values of a page, or of one row of a list, by name.
struct PageRecord: Sendable, ExpressibleByDictionaryLiteral {
    private(set) var fields: [(name: String, value: PageValue)]

    init(dictionaryLiteral elements: (String, PageValue)...) {
        fields = elements.map { (name: $0, value: $1) }
    }

    /// The value of a name, or nil for a name that this record does not know at all. Records have a dozen names: a scan beats hashing.
    subscript(name: String) -> PageValue? {
        for field in fields where field.name == name { return field.value }
        return nil
    }
}

/// Writes nodes and values as bytes. Every value is escaped, byte by byte: an escaper that walks over grapheme clusters
/// would miss a quotation mark that is followed by a combining accent, and so let a name end its attribute.
struct TemplateRenderer {
    private(set) var output: [UInt8] = []
    private var scopes: [PageRecord]

    init(scopes: [PageRecord], expectedBytes: Int = 8192) {
        self.scopes = scopes
        output.reserveCapacity(expectedBytes)
    }

    mutating func render(_ nodes: [TemplateNode]) {
        for node in nodes {
            switch node {
            case .text(let bytes): output.append(contentsOf: bytes)
            case .value(let name):
                if case .text(let text)? = lookUp(name) { HTML.escape(text, into: &output) }
            case .section(let name, let content): renderSection(lookUp(name), content)
            case .inverted(let name, let content): if isEmpty(lookUp(name)) { render(content) }
            }
        }
    }

    private mutating func renderSection(_ value: PageValue?, _ content: [TemplateNode]) {
        switch value {
        case .text, .flag(true): render(content)
        case .record(let record): render(content, within: record)
        case .list(let records): for record in records { render(content, within: record) }
        case .flag(false), .nothing, nil: break
        }
    }

    private mutating func render(_ content: [TemplateNode], within record: PageRecord) {
        scopes.append(record)
        render(content)
        scopes.removeLast()
    }

    private func isEmpty(_ value: PageValue?) -> Bool {
        switch value {
        case .text, .record, .flag(true): false
        case .list(let records): records.isEmpty
        case .flag(false), .nothing, nil: true
        }
    }

    private func lookUp(_ name: String) -> PageValue? {
        for scope in scopes.reversed() {
            if let value = scope[name] { return value }
        }
        return nil
    }
}

enum HTML {
    /// Appends `text` so that it means itself in HTML text and in quoted attribute values.
    static func escape(_ text: String, into output: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): output.append(contentsOf: "&amp;".utf8)
            case UInt8(ascii: "<"): output.append(contentsOf: "&lt;".utf8)
            case UInt8(ascii: ">"): output.append(contentsOf: "&gt;".utf8)
            case UInt8(ascii: "\""): output.append(contentsOf: "&quot;".utf8)
            case UInt8(ascii: "'"): output.append(contentsOf: "&#39;".utf8)
            case 0: output.append(contentsOf: "\u{FFFD}".utf8)
            default: output.append(byte)
            }
        }
    }
}
