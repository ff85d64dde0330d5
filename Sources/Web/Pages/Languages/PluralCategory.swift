/// The plural categories of CLDR, and which whole numbers fall into which.
enum PluralCategory: String, Sendable, Hashable, CaseIterable {
    case zero, one, two, few, many, other

    static func of(_ count: Int64, in language: Language) -> PluralCategory {
        switch language.code {
        case "ar": arabic(count)
        case "fr": count == 0 || count == 1 ? .one : millions(count)
        case "es": count == 1 ? .one : millions(count)
        default: count == 1 ? .one : .other
        }
    }

    /// The categories that a language file must fill. The `many` of Spanish and French (whole millions) falls back to `other`.
    static func categories(of language: Language) -> [PluralCategory] {
        language.code == "ar" ? [.zero, .one, .two, .few, .many, .other] : [.one, .other]
    }

    private static func millions(_ count: Int64) -> PluralCategory {
        count != 0 && count % 1_000_000 == 0 ? .many : .other
    }

    private static func arabic(_ count: Int64) -> PluralCategory {
        switch (count, count % 100) {
        case (0, _): .zero
        case (1, _): .one
        case (2, _): .two
        case (_, 3...10): .few
        case (_, 11...99): .many
        default: .other
        }
    }
}
