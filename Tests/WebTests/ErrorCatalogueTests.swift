import Foundation
import OAuthProtocol
import Provider
import Testing

@testable import Web

@Suite("The references of refusals, and the document that lists them")
struct ErrorCatalogueTests {
    private let entries = FailureCatalogue.all.flatMap(\.entries)

    @Test("no reference is used twice, and none is shown that does not exist")
    func unique() {
        let references = Set(entries.map(\.reference))
        #expect(references.count == entries.count)
        #expect(entries.allSatisfy { references.contains($0.shown) })
    }

    @Test("a reference tells a client nothing that its sentence hides: two of one area that read the same are shown as one")
    func hidden() {
        for (text, alike) in Dictionary(grouping: entries, by: { "\($0.reference.prefix { $0 != "-" }) \($0.code) \($0.meaning)" }) {
            #expect(Set(alike.map(\.shown)).count == 1, "\(text)")
        }
    }

    @Test("an error_uri has only characters that RFC 6749 §5.2 allows, and names the reference that is shown")
    func addresses() throws {
        let issuer = try Issuer("https://id.example/sso")
        #expect(issuer.errorURI(of: OAuthFailure(GrantReference.codeReplayed)) == "https://id.example/sso/errors#GRANT-03")
        for entry in entries {
            let address = issuer.errorURI(of: OAuthFailure(entry.code, reference: entry.reference, description: entry.meaning))
            #expect(address.utf8.allSatisfy { $0 == 0x21 || (0x23...0x5B).contains($0) || (0x5D...0x7E).contains($0) }, "\(address)")
        }
    }

    @Test("docs/errors.md lists every reference as it is; TEST_WRITE_DOCUMENTS=1 writes it anew")
    func document() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("docs/errors.md")
        if ProcessInfo.processInfo.environment["TEST_WRITE_DOCUMENTS"] == "1" {
            try text().write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(
            try String(contentsOf: file, encoding: .utf8) == text(),
            "docs/errors.md is not what the catalogues say; write it anew with TEST_WRITE_DOCUMENTS=1 swift test --filter ErrorCatalogueTests")
    }

    private func text() -> String {
        let tables = FailureCatalogue.all.map { catalogue in
            let rows = catalogue.entries.map { entry in
                let shown = entry.shown == entry.reference ? "" : " In the log alone: clients are shown \(entry.shown)."
                return "| \(entry.reference) | `\(entry.code.rawValue)` | \(entry.meaning.replacingOccurrences(of: "|", with: "\\|"))\(shown) |\n"
            }
            return "\n## \(catalogue.subject)\n\n| reference | error | meaning |\n|---|---|---|\n" + rows.joined()
        }
        return Self.opening + tables.joined()
    }

    private static let opening = """
        # Errors by reference

        Every refusal of the protocol has a reference that never changes its meaning. It stands in the log (`failure`), on error pages, and at the end of
        `error_uri`, which leads to the same list at `{issuer}/errors`. A refusal may say more in `error_description` than the sentence here.

        This file is written from the code's catalogues, and a test compares them:
        `TEST_WRITE_DOCUMENTS=1 swift test --filter ErrorCatalogueTests` writes it anew.

        """
}
