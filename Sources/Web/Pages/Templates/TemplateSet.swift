/// Every template file, and what turns them into nodes for one language.
///
/// Texts (`{{t.key}}`), settings (`{{site.name}}`) and asset addresses (`{{asset.name}}`) never change while the server runs: they are
/// written into the nodes here, once, so that a page only fills in what is its own.
struct TemplateSet: Sendable {
    private let parts: [String: [TemplatePart]]

    /// - Parameter sources: the templates by name, which is the file's name without `.mustache`.
    init(sources: [String: String]) throws(PageError) {
        var parts: [String: [TemplatePart]] = [:]
        for (name, source) in sources { parts[name] = try TemplateParser.parse(source, file: "\(name).mustache") }
        self.parts = parts
    }

    /// The nodes of one template, with its partials, in one language.
    func nodes(of template: String, texts: Texts, constants: [String: String]) throws(PageError) -> [TemplateNode] {
        var writer = NodeWriter(file: template, parts: parts, texts: texts, constants: constants)
        return try writer.nodes(ofTemplate: template)
    }
}

private struct NodeWriter {
    let file: String
    let parts: [String: [TemplatePart]]
    let texts: Texts
    /// `site.…` and `asset.…`; an empty value makes its section vanish.
    let constants: [String: String]
    private var depth = 0

    init(file: String, parts: [String: [TemplatePart]], texts: Texts, constants: [String: String]) {
        self.file = file
        self.parts = parts
        self.texts = texts
        self.constants = constants
    }

    mutating func nodes(ofTemplate name: String) throws(PageError) -> [TemplateNode] {
        guard let content = parts[name] else { throw .template(file: "\(file).mustache", reason: "there is no template “\(name)”") }
        guard depth < 8 else { throw .template(file: "\(name).mustache", reason: "templates include each other without end") }
        depth += 1
        defer { depth -= 1 }
        return try nodes(of: content)
    }

    private mutating func nodes(of content: [TemplatePart]) throws(PageError) -> [TemplateNode] {
        var nodes: [TemplateNode] = []
        for part in content { try write(part, to: &nodes) }
        return nodes
    }

    private mutating func write(_ part: TemplatePart, to nodes: inout [TemplateNode]) throws(PageError) {
        switch part {
        case .text(let bytes): append(bytes, to: &nodes)
        case .tag(let name, let inAttribute):
            if name.hasPrefix("t.") {
                try write(text: String(name.dropFirst(2)), inAttribute: inAttribute, to: &nodes)
            } else if isConstant(name) {
                append(escaped(try constant(name)), to: &nodes)
            } else {
                nodes.append(.value(name))
            }
        case .partial(let name):
            for node in try self.nodes(ofTemplate: name) { merge(node, into: &nodes) }
        case .section(let name, let inverted, let content):
            let inner = try self.nodes(of: content)
            if isConstant(name) {
                guard try constant(name).isEmpty == inverted else { return }
                for node in inner { merge(node, into: &nodes) }
            } else {
                nodes.append(inverted ? .inverted(name: name, content: inner) : .section(name: name, content: inner))
            }
        }
    }

    private func write(text key: String, inAttribute: Bool, to nodes: inout [TemplateNode]) throws(PageError) {
        guard let phrase = texts.phrase(key) else { throw .template(file: "\(file).mustache", reason: "the languages have no text “\(key)”") }
        for piece in phrase.pieces {
            switch piece {
            case .text(let text): append(escaped(text), to: &nodes)
            case .placeholder("operator"): append(escaped(try constant("site.operator")), to: &nodes)
            case .placeholder(let name):
                // A name from outside may run in the other direction: it is isolated, so that it cannot reorder the sentence around it.
                append(Array((inAttribute ? "\u{2068}" : "<bdi>").utf8), to: &nodes)
                nodes.append(.value(name))
                append(Array((inAttribute ? "\u{2069}" : "</bdi>").utf8), to: &nodes)
            }
        }
    }

    private func isConstant(_ name: String) -> Bool { name.hasPrefix("site.") || name.hasPrefix("asset.") }

    private func constant(_ name: String) throws(PageError) -> String {
        guard let value = constants[name] else { throw .template(file: "\(file).mustache", reason: "{{\(name)}} is unknown") }
        return value
    }

    private func escaped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        HTML.escape(text, into: &bytes)
        return bytes
    }

    private func append(_ bytes: [UInt8], to nodes: inout [TemplateNode]) { merge(.text(bytes), into: &nodes) }

    private func merge(_ node: TemplateNode, into nodes: inout [TemplateNode]) {
        if case .text(let added) = node, case .text(let bytes)? = nodes.last {
            nodes[nodes.count - 1] = .text(bytes + added)
        } else {
            nodes.append(node)
        }
    }
}
