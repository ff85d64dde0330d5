import Foundation
import Primitives
import Testing

@testable import Pages

@Suite("Every page, in every language")
struct PageRenderingTests {
    @Test("every page renders in every language, with its language and direction on the root element")
    func rootElement() throws {
        let renderer = try Sample.renderer()
        for language in Language.all {
            for (name, page) in Sample.pages() {
                let html = renderer.renderAny(page, in: language).text
                #expect(html.hasPrefix("<!doctype html><html lang=\"\(language.code)\" dir=\"\(language.direction.rawValue)\">"), "\(name)")
                #expect(html.hasSuffix("</html>"), "\(name)")
            }
        }
    }
}
