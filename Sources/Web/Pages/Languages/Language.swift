/// A language that the pages speak.
public struct Language: Sendable, Hashable {
    public enum Direction: String, Sendable {
        case leftToRight = "ltr"
        case rightToLeft = "rtl"
    }

    /// The primary language subtag of BCP 47: `en`, `es`, `fr` or `ar`.
    public let code: String
    public let direction: Direction
    /// The language's name in the language itself.
    public let name: String

    public static let english = Language(code: "en", direction: .leftToRight, name: "English")
    public static let spanish = Language(code: "es", direction: .leftToRight, name: "Español")
    public static let french = Language(code: "fr", direction: .leftToRight, name: "Français")
    public static let arabic = Language(code: "ar", direction: .rightToLeft, name: "العربية")

    /// In the order in which the pages offer them. The first is spoken to someone of whom nothing is known.
    public static let all = [english, spanish, french, arabic]

    /// The language of exactly this code, for what a form or a cookie says.
    public init?(code: String) {
        guard let language = Self.all.first(where: { $0.code == code }) else { return nil }
        self = language
    }

    private init(code: String, direction: Direction, name: String) {
        self.code = code
        self.direction = direction
        self.name = name
    }
}
