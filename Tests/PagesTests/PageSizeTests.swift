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

extension PageSizeTests {
    /// The size of `bytes` after gzip, by Debian's own program.
    private func compressed(_ bytes: [UInt8]) throws -> Int {
        let input = FileManager.default.temporaryDirectory.appendingPathComponent("page-\(UUID().uuidString)")
        try Data(bytes).write(to: input)
        defer { try? FileManager.default.removeItem(at: input) }
        // `popen` rather than Foundation's `Process`, whose `run()` at times ends the tests.
        let output = try #require(popen("gzip -6 -c '\(input.path)'", "r"))
        var size = 0
        while getc(output) >= 0 { size += 1 }
        try #require(pclose(output) == 0)
        return size
    }

    @Test("a first view, with style sheet, script and mark, stays under 14 KB compressed in every language", arguments: Language.all)
    func firstView(language: Language) throws {
        let renderer = try Sample.renderer()
        let assets = try renderer.assets.reduce(0) { try $0 + compressed($1.bytes) }
        for (name, page) in Sample.pages() {
            let size = try compressed(renderer.renderAny(page, in: language).bytes) + assets
            #expect(size < 14_000, "\(name): \(size) bytes")
        }
    }
}
