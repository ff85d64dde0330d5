extension String {
    /// The text as the template library may have it. It escapes by `Character`, so a `<` or `"` that shares one with a combining mark, or with
    /// a mark that joins what follows it (U+0600), would go out as it is. Zero-width spaces make each of them a character of its own.
    var separated: String {
        var text = ""
        for character in self {
            let scalars = character.unicodeScalars
            guard scalars.count > 1, scalars.contains(where: Self.markup.contains) else {
                text.append(character)
                continue
            }
            for scalar in scalars {
                text.unicodeScalars.append(contentsOf: Self.markup.contains(scalar) ? ["\u{200B}", scalar, "\u{200B}"] : [scalar])
            }
        }
        return text
    }

    private static let markup: Set<Unicode.Scalar> = ["<", ">", "&", "\"", "'"]
}
