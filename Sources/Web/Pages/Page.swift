/// A page that a resident can see: a struct of what it shows, and the name of the template that shows it.
public protocol Page: Sendable {
    /// The template's name, without `.mustache`.
    static var template: String { get }
    /// A page with every list filled, against which the template's tags are checked at start-up.
    static var example: Self { get }
    /// What the template is filled with.
    func content(in texts: Texts) -> PageContent
}

/// What a page hands to its template.
public struct PageContent: Sendable {
    /// The main heading as plain text; the start of the title.
    let heading: String
    /// Whether the title says “Error: ” first.
    var isProblem = false
    var formToken: String?
    let record: PageRecord
}

/// An agency as residents know it.
public struct AgencyLabel: Sendable, Hashable {
    public let name: String
    /// The agency's own page; shown as a link where it is an `https` (or loopback `http`) address.
    public let uri: String?

    public init(name: String, uri: String? = nil) {
        self.name = name
        self.uri = uri
    }

    static let example = AgencyLabel(name: "City Permits", uri: "https://permits.example/")
}

/// An address that a page may lead to. Registered addresses were checked before; this keeps `javascript:`, `data:` and the like
/// out of the pages even if one got through.
struct WebAddress: Sendable {
    let text: String

    /// `https`, `http`, or a private-use scheme of an app, which holds a full stop (RFC 8252 §7.1); nil for all else.
    init?(_ text: String) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = text[..<colon].lowercased()
        let isScheme = scheme.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0) }
        let isPlain = text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        guard isScheme, isPlain, scheme == "https" || scheme == "http" || scheme.contains(".") else { return nil }
        self.text = text
    }

    /// The host, to show where an agency lives; nil where the address has none, or hides it behind a user name.
    var host: String? {
        let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[1].isEmpty, !parts[2].isEmpty else { return nil }
        let authority = parts[2].prefix { $0 != "?" && $0 != "#" }
        return authority.contains("@") ? nil : String(authority)
    }
}

extension PageValue {
    /// The agency's name, or nothing.
    static func agency(_ agency: AgencyLabel?) -> PageValue { PageValue(agency?.name) }

    static func address(_ text: String?) -> PageValue { PageValue(text.flatMap(WebAddress.init)?.text) }
}
