import Yams

/// `portico.yaml`: a mapping of mappings, flattened to dotted names. Nothing of YAML beyond texts, numbers, lists and mappings is taken.
enum SettingsFile {
    static let defaultName = "portico.yaml"
    static let maximumBytes = 65_536

    /// - Parameter name: what the file is called in messages.
    static func parse(_ text: String, name: String) throws(SettingsError) -> [(key: String, value: RawSetting)] {
        guard text.utf8.count <= maximumBytes else { throw SettingsError(problems: ["\(name) is larger than \(maximumBytes) bytes."]) }
        let root: Node?
        do { root = try compose(yaml: text) } catch {
            throw SettingsError(problems: ["\(name) is not valid YAML: \(oneLine("\(error)"))"])
        }
        guard let root, root.tag != Tag(.null) else { return [] }
        guard case .mapping(let mapping) = root else {
            throw SettingsError(problems: ["\(name) must hold settings by name, such as `server:` and below it `port: 8080`."])
        }
        var values: [(key: String, value: RawSetting)] = []
        try flatten(mapping, under: "", name: name, into: &values)
        return values
    }

    private static func flatten(_ mapping: Node.Mapping, under prefix: String, name: String, into values: inout [(key: String, value: RawSetting)])
        throws(SettingsError)
    {
        for (keyNode, node) in mapping {
            guard let part = keyNode.scalar?.string, prefix.count < 200 else {
                throw SettingsError(problems: ["\(name) has a name that is not a text."])
            }
            let key = prefix.isEmpty ? part : prefix + "." + part
            switch node {
            case .mapping(let inner): try flatten(inner, under: key, name: name, into: &values)
            case .scalar(let scalar):
                guard node.tag != Tag(.null) else {
                    throw SettingsError(problems: ["\(key) in \(name) has no value. Give it one or remove the line."])
                }
                values.append((key, .text(scalar.string)))
            case .sequence(let sequence):
                let elements = sequence.compactMap { $0.scalar?.string }
                guard elements.count == sequence.count else { throw SettingsError(problems: ["\(key) in \(name) must be a list of texts."]) }
                values.append((key, .list(elements)))
            case .alias: throw SettingsError(problems: ["\(key) in \(name) is an alias. Write the value itself."])
            }
        }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { String($0.trimmed) }.filter { !$0.isEmpty && $0 != "^" }.joined(separator: " ")
    }
}
