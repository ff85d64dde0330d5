import Foundation
import Primitives
import Testing

@testable import Pages

@Suite("Every page, in every language")
struct PageRenderingTests {
    let renderer: PageRenderer

    init() throws {
        renderer = try Sample.renderer(site: PageSite(operatorName: "Portico", helpURL: "https://help.example/", basePath: "/id"))
    }

    private func forEveryPage(_ body: (_ name: String, _ html: String, _ page: RenderedPage, _ language: Language) -> Void) {
        for language in Language.all {
            for (name, page) in Sample.pages() {
                let rendered = renderer.renderAny(page, in: language)
                body("\(language.code)/\(name)", rendered.text, rendered, language)
            }
        }
    }

    @Test("the root element carries language and direction")
    func rootElement() {
        forEveryPage { name, html, _, language in
            #expect(html.hasPrefix("<!doctype html><html lang=\"\(language.code)\" dir=\"\(language.direction.rawValue)\">"), "\(name)")
            #expect(html.hasSuffix("</html>"), "\(name)")
        }
    }

    @Test("a page has one first-level heading, one main region, and a link that skips to it")
    func landmarks() {
        forEveryPage { name, html, _, _ in
            #expect(html.occurrences(of: "<h1>") == 1, "\(name)")
            #expect(html.occurrences(of: "<main id=\"main\"") == 1, "\(name)")
            #expect(html.occurrences(of: "href=\"#main\"") == 1, "\(name)")
            #expect(html.occurrences(of: "<header") == 1 && html.occurrences(of: "<footer") == 1, "\(name)")
        }
    }

    @Test("no page has an inline style, an inline script or an event handler")
    func nothingInline() throws {
        let handler = try Regex("<[^>]*\\s(on[a-z]+|style)\\s*=")
        let scriptWithBody = try Regex("<script[^>]*>[^<]")
        forEveryPage { name, html, _, _ in
            #expect(html.firstMatch(of: handler) == nil, "\(name)")
            #expect(html.firstMatch(of: scriptWithBody) == nil, "\(name)")
            #expect(!html.contains("<style"), "\(name)")
            #expect(!html.contains("javascript:"), "\(name)")
        }
    }

    @Test("no tag and no placeholder is left over, and nothing is said with an empty text")
    func nothingLeftOver() throws {
        let emptyElement = try Regex("<(h1|h2|h3|p|li|legend|label|dt|dd|button|bdi)( [^>]*)?></\\1>")
        forEveryPage { name, html, page, _ in
            #expect(!html.contains("{") && !html.contains("}"), "\(name)")
            #expect(html.firstMatch(of: emptyElement) == nil, "\(name)")
            #expect(!page.title.isEmpty && html.contains("<title>\(page.title)</title>"), "\(name)")
        }
    }

    @Test("elements are nested properly and ids are unique")
    func wellFormed() throws {
        forEveryPage { name, html, _, _ in
            #expect(Nesting.problem(in: html) == nil, "\(name): \(Nesting.problem(in: html) ?? "")")
            let ids = html.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
            #expect(Set(ids).count == ids.count, "\(name)")
            for reference in html.matches(of: /(?:aria-describedby|aria-labelledby|for)="([^"]*)"/) {
                #expect(ids.contains(String(reference.1)), "\(name) refers to #\(reference.1)")
            }
            for link in html.matches(of: /href="#([^"]*)"/) { #expect(ids.contains(String(link.1)), "\(name) links to #\(link.1)") }
        }
    }

    @Test("every form posts below the issuer's path and carries a form token, except the one that goes to an agency")
    func forms() {
        forEveryPage { name, html, _, _ in
            for form in html.matches(of: /<form[^>]*method="post" action="([^"]*)"[^>]*>(.*?)<\/form>/) where !name.hasSuffix("/form-post") {
                #expect(form.1.hasPrefix("/id/"), "\(name)")
                #expect(form.2.contains("<input type=\"hidden\" name=\"form_token\" value=\""), "\(name)")
            }
            #expect(html.occurrences(of: "<form") == html.occurrences(of: "method=\"post\""), "\(name)")
        }
    }

    @Test("assets are asked for by the names under which they are served")
    func assetAddresses() {
        let known = Set(renderer.assets.map { "/id" + $0.path })
        forEveryPage { name, html, _, _ in
            for match in html.matches(of: /"([^"]*\/assets\/[^"]*)"/) { #expect(known.contains(String(match.1)), "\(name)") }
        }
        for asset in renderer.assets {
            #expect(asset.path.wholeMatch(of: /\/assets\/[a-z-]+\.[0-9a-f]{16}\.(css|js|svg)/) != nil)
            #expect(asset.path.contains(asset.etag.dropFirst().dropLast()))
        }
    }

    @Test("the languages are offered by their own names, each marked with its code")
    func languageButtons() {
        forEveryPage { name, html, _, language in
            for offered in Language.all {
                let current = offered == language ? " aria-current=\"true\"" : ""
                let button = "<button name=\"language\" value=\"\(offered.code)\" lang=\"\(offered.code)\"\(current)>\(offered.name)</button>"
                #expect(html.contains(button), "\(name)")
            }
            #expect(html.contains("<input type=\"hidden\" name=\"return_to\" value=\"/sign-in?ticket=abc\">"), "\(name)")
        }
    }

    @Test("without a way back or a form token, no language buttons are shown")
    func noLanguageButtons() {
        let page = SignedOutPage(agency: nil, continueURL: nil)
        for context in [PageContext(), PageContext(returnPath: "/"), PageContext(formToken: "token")] {
            #expect(!renderer.render(page, in: .english, context: context).text.contains("/id/language"))
        }
        #expect(renderer.render(page, in: .english, context: Sample.context).text.contains("value=\"spare-token\""))
    }
}

extension String {
    func occurrences(of text: String) -> Int { components(separatedBy: text).count - 1 }
}

/// Checks that every element is closed, in the right order.
enum Nesting {
    private static let empty: Set = ["meta", "link", "input", "img", "source", "br"]

    static func problem(in html: String) -> String? {
        var open: [String] = []
        for match in html.matches(of: /<(\/?)([a-z0-9]+)(?:\s[^>]*)?>/) {
            let name = String(match.2)
            if Self.empty.contains(name) { continue }
            if match.1.isEmpty {
                open.append(name)
            } else if open.popLast() != name {
                return "</\(name)> closes nothing"
            }
        }
        return open.isEmpty ? nil : "<\(open.joined(separator: "> <"))> is not closed"
    }
}
