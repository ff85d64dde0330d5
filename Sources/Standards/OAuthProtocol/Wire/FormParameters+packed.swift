extension FormParameters {
    /// The pairs as one text for a form that only this server reads: names and values in turn, parted by NUL, which no parameter may hold.
    /// Nothing is encoded, so that no text grows on its way into an address.
    public static func pack(_ pairs: [(String, String)]) -> String {
        pairs.map { $0.0 + "\0" + $0.1 }.joined(separator: "\0")
    }

    /// What ``pack(_:)`` made; nil for any other text.
    public init?(packed text: String) {
        let texts = text.isEmpty ? [] : text.split(separator: "\0", omittingEmptySubsequences: false)
        guard texts.count.isMultiple(of: 2) else { return nil }
        let parameters = stride(from: 0, to: texts.count, by: 2).map { Parameter(name: String(texts[$0]), value: String(texts[$0 + 1])) }
        guard Set(parameters.map(\.name)).count == parameters.count else { return nil }
        self.init(parameters: parameters)
    }
}
