import Primitives
import Testing

@testable import Pages

@Suite("Texts, dates and durations")
struct TextsTests {
    private func texts(_ language: Language) throws -> Texts {
        let folder = try PageFolder(overrideFolder: nil)
        return try Texts(json: folder.language(language), language: language, operatorName: "Portico")
    }

    @Test("every language says everything that English says, with the same placeholders", arguments: Language.all)
    func completeness(language: Language) throws {
        try texts(language).check(against: try texts(.english))
    }

    @Test("no text is empty, starts or ends with a space that is not meant, or has straight quotation marks", arguments: Language.all)
    func typography(language: Language) throws {
        let json = try JSONValue(parsing: PageFolder(overrideFolder: nil).language(language), maximumBytes: 262_144)
        for member in json.objectValue?.members ?? [] {
            guard let text = member.value.stringValue else { continue }
            #expect(!text.isEmpty, "\(member.name)")
            #expect(!text.contains("'") && !text.contains("\""), "\(member.name)")
            #expect(!text.contains("  "), "\(member.name)")
            if language == .french {
                #expect(!text.contains(" ?") && !text.contains(" :") && !text.contains(" !"), "\(member.name) needs a space that does not break")
            }
            if language == .arabic { #expect(!text.contains("?") && !text.contains(", "), "\(member.name) has Latin punctuation") }
        }
    }

    @Test(
        "dates are written as each language writes them",
        arguments: [
            (Language.english, "23 November 2026, 14:05 UTC", "1 January 2027, 00:00 UTC"),
            (.spanish, "23 de noviembre de 2026, 14:05 UTC", "1 de enero de 2027, 00:00 UTC"),
            (.french, "23 novembre 2026 à 14:05 UTC", "1er janvier 2027 à 00:00 UTC"),
            (.arabic, "23 نوفمبر 2026، 14:05 بالتوقيت العالمي", "1 يناير 2027، 00:00 بالتوقيت العالمي"),
        ])
    func dates(language: Language, november: String, january: String) throws {
        let texts = try texts(language)
        #expect(texts.dateAndTime(Sample.now) == november)
        #expect(texts.dateAndTime(Instant(secondsSince1970: 1_798_761_600)) == january)
    }

    @Test("a birth date is written out, anything that is not a whole date is left alone")
    func birthDates() throws {
        #expect(try texts(.english).date(fromISO: "1988-03-04") == "4 March 1988")
        #expect(try texts(.french).date(fromISO: "2001-01-01") == "1er janvier 2001")
        for text in [
            "1988", "0000-03-04", "1988-3-04", "1988-13-01", "1988-00-01", "1988-01-00", "1988-01-32", "19880-1-01", "+988-01-01", "1988-03-04 ", "",
        ] {
            #expect(try texts(.english).date(fromISO: text) == nil, "\(text)")
        }
    }

    @Test(
        "durations are words, rounded up",
        arguments: [
            (Language.english, Duration.milliseconds(-5), "1 second"), (.english, .milliseconds(1001), "2 seconds"),
            (.english, .seconds(60), "1 minute"),
            (.english, .seconds(61), "2 minutes"), (.english, .seconds(3600), "1 hour"), (.english, .seconds(3601), "2 hours"),
            (.spanish, .seconds(1), "1 segundo"), (.spanish, .minutes(2), "2 minutos"), (.french, .seconds(1), "1 seconde"),
            (.french, .hours(5), "5 heures"), (.arabic, .seconds(1), "ثانية واحدة"), (.arabic, .minutes(2), "دقيقتين"),
            (.arabic, .minutes(3), "3 دقائق"), (.arabic, .minutes(10), "10 دقائق"), (.arabic, .minutes(11), "11 دقيقة"),
            (.arabic, .hours(100), "100 ساعة"), (.arabic, .hours(103), "103 ساعات"),
        ])
    func durations(language: Language, duration: Duration, words: String) throws {
        #expect(try texts(language).words(for: duration) == words)
    }

    @Test(
        "plural categories are those of CLDR",
        arguments: [
            (Language.english, [0: PluralCategory.other, 1: .one, 2: .other, 1_000_000: .other]),
            (.spanish, [0: .other, 1: .one, 2: .other, 1_000_000: .many]),
            (.french, [0: .one, 1: .one, 2: .other, 2_000_000: .many]),
            (
                .arabic,
                [0: .zero, 1: .one, 2: .two, 3: .few, 10: .few, 11: .many, 99: .many, 100: .other, 102: .other, 103: .few, 111: .many, 1000: .other]
            ),
        ])
    func plurals(language: Language, expected: [Int64: PluralCategory]) {
        for (count, category) in expected { #expect(PluralCategory.of(count, in: language) == category, "\(count)") }
    }

    @Test(
        "a language file that would leave a gap is refused",
        arguments: [
            "", "[]", "{\"a\": 1}", "{\"a\": \"{\"}", "{\"a\": \"}\"}", "{\"a\": \"{}\"}", "{\"a\": \"{Name}\"}", "{\"a\": {\"several\": \"x\"}}",
            "{\"a\": {\"one\": \"x\"}}", "{\"months\": [\"x\"]}", "{}", "{\"a\": \"x\", \"a\": \"y\"}",
        ])
    func malformed(json: String) {
        #expect(throws: PageError.self) { try Texts(json: Array(json.utf8), language: .english, operatorName: "Portico") }
    }
}
