import OAuthProtocol
import Primitives
import Testing

@Suite("Failures and their catalogue (RFC 6749 §5.2)")
struct FailureCatalogueTests {
    private let entriesOfModule = FailureCatalogue.ofProtocol.flatMap(\.entries)

    @Test("no reference is used twice")
    func uniqueReferences() {
        let references = entriesOfModule.map(\.reference)
        #expect(Set(references).count == references.count)
        #expect(references.count > 100)
    }

    @Test("each entry is an area and a number, with one sentence of legal characters")
    func entries() throws {
        let shape = try Regex("[A-Z]+-[0-9]{2}")
        for entry in entriesOfModule {
            #expect(entry.reference.wholeMatch(of: shape) != nil, "\(entry.reference)")
            #expect(entry.meaning.hasSuffix(".") && entry.meaning.utf8.allSatisfy(isLegal), "\(entry.reference)")
            let failure = OAuthFailure(entry.code, reference: entry.reference, description: entry.meaning)
            #expect(failure.description == entry.meaning, "\(entry.reference)")
        }
    }

    @Test("no two entries of one area say the same")
    func meanings() {
        let texts = entriesOfModule.map { "\($0.reference.prefix { $0 != "-" }) \($0.meaning)" }
        #expect(Set(texts).count == texts.count)
    }

    @Test("a description that quotes what was received has only legal characters and a bounded length")
    func sanitising() {
        let failure = OAuthFailure(.invalidRequest, reference: "X-1", description: "a\"b\\c\r\n\té<script>\0" + String(repeating: "x", count: 5000))
        #expect(failure.description.hasPrefix("a'b?c????<script>?x"))
        #expect(failure.description.utf8.count == 400)
        #expect(failure.description.utf8.allSatisfy(isLegal))
    }

    @Test("the status follows the code")
    func status() {
        let special: [OAuthFailure.Code: Int] = [
            .invalidClient: 401, .invalidToken: 401, .insufficientScope: 403, .serverError: 500, .temporarilyUnavailable: 503,
        ]
        for code in OAuthFailure.Code.allCases {
            #expect(OAuthFailure(code, reference: "X-1", description: "x").status == special[code] ?? 400, "\(code)")
        }
    }

    @Test("the JSON of an error holds its code, description and address, and never its cause")
    func json() throws {
        let failure = OAuthFailure(.invalidGrant, reference: "X-1", description: "The code was used.", cause: "grant g_1 replayed")
        #expect(
            String(decoding: failure.jsonBytes(errorURI: "https://id.gov/errors/X-1"), as: UTF8.self)
                == #"{"error":"invalid_grant","error_description":"The code was used.","error_uri":"https://id.gov/errors/X-1"}"#)
        #expect(String(decoding: failure.jsonBytes(), as: UTF8.self) == #"{"error":"invalid_grant","error_description":"The code was used."}"#)
    }

    private func isLegal(_ byte: UInt8) -> Bool { byte >= 0x20 && byte <= 0x7E && byte != 0x22 && byte != 0x5C }
}
