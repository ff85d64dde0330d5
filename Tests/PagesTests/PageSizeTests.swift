import Foundation
import Testing

@testable import Pages

@Suite("What the pages weigh")
struct PageSizeTests {
    /// Writes every page where a person can look at it, when asked to; see docs/pages.md.
    @Test(
        "every page is written out for a look",
        .enabled(if: ProcessInfo.processInfo.environment["PORTICO_PAGES_OUTPUT"] != nil))
    func writeOut() throws {
        let folder = URL(fileURLWithPath: ProcessInfo.processInfo.environment["PORTICO_PAGES_OUTPUT"] ?? "")
        let renderer = try Sample.renderer(site: PageSite(helpURL: "https://help.example/"))
        for language in Language.all {
            for (name, page) in Sample.pages() {
                let file = folder.appendingPathComponent("\(language.code)/\(name).html")
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(renderer.renderAny(page, in: language).bytes).write(to: file)
                #expect(FileManager.default.fileExists(atPath: file.path))
            }
        }
        for asset in renderer.assets {
            let file = folder.appendingPathComponent(String(asset.path.dropFirst()))
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(asset.bytes).write(to: file)
        }
    }
}
