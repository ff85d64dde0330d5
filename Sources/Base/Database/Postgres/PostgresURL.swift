internal import CPostgres

/// Where a PostgreSQL database is: a connection URI as libpq understands it, with every parameter libpq knows (several hosts,
/// `target_session_attrs`, `sslmode`, `sslrootcert`, …).
///
/// It may hold a password, so it prints without one.
public struct PostgresURL: Sendable, Hashable {
    let text: String
    private let parameters: [String: String]

    /// Nil where the text is no `postgres://` or `postgresql://` URI, or names a parameter that libpq does not know.
    public init?(_ text: String) {
        guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://"), !text.utf8.contains(0) else { return nil }
        guard let options = PQconninfoParse(text, nil) else { return nil }
        defer { PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var next = options
        while let keyword = next.pointee.keyword {
            if let value = next.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            next += 1
        }
        self.text = text
        self.parameters = parameters
    }

    /// What the URI says of a parameter; nil where it leaves it to libpq.
    public func parameter(_ keyword: String) -> String? { parameters[keyword] }

    /// The URI as keywords and values, which PostgreSQL's programs take as the name of a database; without its passwords.
    public var keywords: String {
        parameters.filter { !Self.secret.contains($0.key) }.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.quoted($0.value))" }
            .joined(separator: " ")
    }

    private static let secret: Set<String> = ["password", "sslpassword"]

    private static func quoted(_ value: String) -> String {
        guard value.isEmpty || value.contains(where: { $0.isWhitespace || $0 == "'" || $0 == "\\" }) else { return value }
        return "'" + value.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }

    /// Whether bytes to the server leave this machine, as far as the URI tells.
    public var crossesNetwork: Bool {
        let hosts = (parameters["host"] ?? parameters["hostaddr"] ?? "").split(separator: ",")
        return hosts.contains { !$0.hasPrefix("/") && !["localhost", "127.0.0.1", "::1"].contains($0) }
    }
}

extension PostgresURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URI without its password and parameters.
    public var description: String {
        let user = parameters["user"].map { $0 + "@" } ?? ""
        let port = parameters["port"].map { ":" + $0 } ?? ""
        return "postgres://\(user)\(parameters["host"] ?? "")\(port)/\(parameters["dbname"] ?? "")"
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
