/// Checks, before the first visitor, that a page knows every name its template asks for. A misspelt tag would otherwise
/// render as nothing, and nobody would notice.
struct TemplateCheck {
    let file: String
    private var scopes: [PageRecord]

    /// - Parameter example: a page with every list filled and every inner record present.
    init(file: String, scopes: [PageRecord]) {
        self.file = file
        self.scopes = scopes
    }

    mutating func check(_ nodes: [TemplateNode]) throws(PageError) {
        for node in nodes {
            switch node {
            case .text: break
            case .value(let name):
                switch try value(of: name) {
                case .text, .nothing: break
                case .flag, .record, .list: throw refused("{{\(name)}} is not a text on this page")
                }
            case .inverted(let name, let content):
                _ = try value(of: name)
                try check(content)
            case .section(let name, let content):
                switch try value(of: name) {
                case .record(let record): try check(content, within: record)
                case .list(let records):
                    for record in records { try check(content, within: record) }
                case .text, .flag, .nothing: try check(content)
                }
            }
        }
    }

    private mutating func check(_ content: [TemplateNode], within record: PageRecord) throws(PageError) {
        scopes.append(record)
        try check(content)
        scopes.removeLast()
    }

    private func value(of name: String) throws(PageError) -> PageValue {
        for scope in scopes.reversed() {
            if let value = scope[name] { return value }
        }
        throw refused("{{\(name)}} is not known on this page")
    }

    private func refused(_ reason: String) -> PageError { .template(file: file, reason: reason) }
}
