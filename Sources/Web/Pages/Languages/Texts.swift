import Primitives

/// Everything the pages say in one language, read from `languages/<code>.json`.
///
/// The file is one flat JSON object. A text is a string; a counted text is an object with one string per CLDR plural
/// category (`zero`, `one`, `two`, `few`, `many`, `other`), as many as the language has; `months` is an array of twelve names.
public struct Texts: Sendable {
    let language: Language
    let operatorName: String
    private let phrases: [String: Phrase]
    private let counted: [String: [PluralCategory: Phrase]]
    let months: [String]

    init(json: [UInt8], language: Language, operatorName: String) throws(PageError) {
        self.language = language
        self.operatorName = operatorName
        let object = try Self.object(json, language)
        var phrases: [String: Phrase] = [:]
        var counted: [String: [PluralCategory: Phrase]] = [:]
        var months: [String] = []
        for (key, value) in object.members {
            switch value {
            case .string(let text): phrases[key] = try Self.phrase(text, key: key, language)
            case .object(let forms): counted[key] = try Self.forms(forms, key: key, language)
            case .array where key == "months": months = value.stringArray ?? []
            default: throw .language(code: language.code, reason: "“\(key)” is neither a text nor a set of plural forms")
            }
        }
        guard months.count == 12 else { throw .language(code: language.code, reason: "“months” does not hold twelve names") }
        self.phrases = phrases
        self.counted = counted
        self.months = months
    }

    private static func object(_ json: [UInt8], _ language: Language) throws(PageError) -> JSONObject {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: json, maximumBytes: 262_144, maximumDepth: 3)
        } catch {
            throw .language(code: language.code, reason: "the file is not JSON: \(error)")
        }
        guard let object = value.objectValue else { throw .language(code: language.code, reason: "the file is not a JSON object") }
        return object
    }

    private static func phrase(_ text: String, key: String, _ language: Language) throws(PageError) -> Phrase {
        guard let phrase = Phrase(text) else {
            throw .language(code: language.code, reason: "“\(key)” has a brace that is not a {placeholder}")
        }
        return phrase
    }

    private static func forms(_ object: JSONObject, key: String, _ language: Language) throws(PageError) -> [PluralCategory: Phrase] {
        var forms: [PluralCategory: Phrase] = [:]
        for (name, value) in object.members {
            guard let category = PluralCategory(rawValue: name), let text = value.stringValue else {
                throw .language(code: language.code, reason: "“\(key)” has an unknown plural form “\(name)”")
            }
            forms[category] = try phrase(text, key: key, language)
        }
        for category in PluralCategory.categories(of: language) where forms[category] == nil {
            throw .language(code: language.code, reason: "“\(key)” lacks the plural form “\(category.rawValue)”")
        }
        return forms
    }

    func phrase(_ key: String) -> Phrase? { phrases[key] }

    /// The plain text of a key. Every key that the pages ask for is checked when the renderer starts.
    func text(_ key: String, _ values: [String: String] = [:]) -> String {
        var values = values
        values["operator"] = operatorName
        return phrases[key]?.filled(values) ?? ""
    }

    /// The text for a number, in the plural form that the language uses for it.
    func text(_ key: String, count: Int64) -> String {
        let forms = counted[key]
        let phrase = forms?[PluralCategory.of(count, in: language)] ?? forms?[.other]
        return phrase?.filled(["count": String(count)], isolating: false) ?? ""
    }

    /// Throws unless this language says everything that `reference` says, with the same placeholders, and nothing else.
    func check(against reference: Texts) throws(PageError) {
        let code = language.code
        for (key, phrase) in reference.phrases {
            guard let own = phrases[key] else { throw .language(code: code, reason: "“\(key)” is missing") }
            guard own.placeholders == phrase.placeholders else {
                throw .language(code: code, reason: "“\(key)” has other placeholders than in English")
            }
        }
        for key in reference.counted.keys where counted[key] == nil { throw .language(code: code, reason: "“\(key)” is missing") }
        for key in phrases.keys where reference.phrases[key] == nil { throw .language(code: code, reason: "“\(key)” is unknown") }
        for key in counted.keys where reference.counted[key] == nil { throw .language(code: code, reason: "“\(key)” is unknown") }
    }
}
