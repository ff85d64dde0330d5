import Foundation
import Testing

@testable import Pages

@Suite("Templates")
struct TemplateTests {
    private func refusal(_ source: String) -> String? {
        do throws(PageError) {
            _ = try TemplateParser.parse(source, file: "x.mustache")
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        "what would write a value unescaped, or change how tags are read, is refused",
        arguments: [
            "{{{name}}}", "{{&name}}", "{{& name}}", "{{=<% %>=}}", "{{<layout}}{{/layout}}", "{{$block}}{{/block}}", "{{%CONTENT_TYPE:TEXT}}",
            "{{upper(name)}}",
        ]
    )
    func unescaped(source: String) {
        #expect(refusal(source) != nil)
    }

    @Test(
        "a template that is not well formed is refused",
        arguments: ["{{", "{{name", "{{}}", "{{ }}", "{{#a}}", "{{/a}}", "{{#a}}{{/b}}", "{{^a}}{{#b}}{{/a}}{{/b}}", "<p", "<p class=\"", "{{> }}"])
    func malformed(source: String) {
        #expect(refusal(source) != nil)
    }

    @Test(
        "a value may stand only in text or between double quotes",
        arguments: ["<a href={{name}}>", "<a {{name}}=\"x\">", "<{{name}}>", "<a href='{{name}}'>"])
    func positions(source: String) {
        #expect(refusal(source) != nil)
    }

    @Test(
        "what the Content-Security-Policy blocks is refused",
        arguments: [
            "<p style=\"color:red\">", "<p STYLE=\"x\">", "<style>p{}</style>", "<script>x()</script>", "<button onclick=\"x()\">", "<!-- note -->",
        ])
    func policy(source: String) {
        #expect(refusal(source) != nil)
    }

    @Test(
        "ordinary templates are read",
        arguments: ["", "<p>{{name}}</p>", "<input{{#on}} checked{{/on}}>", "<script src=\"/x.js\" defer></script>", "{{! note }}"])
    func accepted(source: String) {
        #expect(refusal(source) == nil)
    }

    @Test("sections, inverted sections, lists and inner names render as Mustache renders them")
    func rendering() throws {
        let record: PageRecord = [
            "yes": .flag(true), "no": .flag(false), "none": .nothing, "name": .text("A&B"), "outer": .text("o"),
            "list": .list([["x": .text("1"), "none": .text("n")], ["x": .text("2"), "none": .nothing]]), "empty": .list([]),
            "one": .record(["x": .text("9")]),
        ]
        let cases = [
            ("{{name}}", "A&amp;B"), ("{{#yes}}y{{/yes}}{{^yes}}n{{/yes}}", "y"), ("{{#no}}y{{/no}}{{^no}}n{{/no}}", "n"),
            ("{{#none}}y{{/none}}{{^none}}n{{/none}}", "n"), ("{{#list}}{{x}}{{outer}} {{/list}}", "1o 2o "), ("{{^empty}}e{{/empty}}", "e"),
            ("{{#one}}{{x}}{{/one}}", "9"), ("{{#name}}{{name}}{{/name}}", "A&amp;B"), ("{{#list}}[{{none}}]{{/list}}", "[n][]"),
            ("a\n    b\n<i>\n  </i>", "a b <i></i>"),
        ]
        for (template, expected) in cases {
            let set = try TemplateSet(sources: ["t": template])
            let json = Array("{\"months\": [\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]}".utf8)
            let texts = try Texts(json: json, language: .english, operatorName: "P")
            var renderer = TemplateRenderer(scopes: [record])
            renderer.render(try set.nodes(of: "t", texts: texts, constants: [:]))
            #expect(String(decoding: renderer.output, as: UTF8.self) == expected, "\(template)")
        }
    }
}

@Suite("The override folder")
struct OverrideFolderTests {
    private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pages-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (path, content) in files {
            let file = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.utf8).write(to: file)
        }
        try body(folder.path)
    }

    @Test("a theme is appended to the style sheet, and so changes its address")
    func theme() throws {
        try withFolder(["assets/theme.css": ":root { --paper: white }"]) { folder in
            let plain = try Sample.renderer().assets.first { $0.name == "portico.css" }
            let themed = try Sample.renderer(overrideFolder: folder).assets.first { $0.name == "portico.css" }
            #expect(themed?.bytes == (plain?.bytes ?? []) + Array(":root { --paper: white }".utf8))
            #expect(themed?.path != plain?.path)
        }
    }

    @Test("a template of the same name takes the place of ours")
    func template() throws {
        let source = "{{> page-start}}<h1>{{t.signed_out.heading}}</h1><p>Goodbye from {{site.operator}}</p>{{> page-end}}"
        try withFolder(["templates/signed-out.mustache": source]) { folder in
            let renderer = try Sample.renderer(site: PageSite(operatorName: "Gov & Co"), overrideFolder: folder)
            let html = renderer.render(SignedOutPage(agency: nil, continueURL: nil), in: .english).text
            #expect(html.contains("<p>Goodbye from Gov &amp; Co</p>"))
        }
    }

    @Test(
        "a template with a name that its page does not know is refused by name",
        arguments: [
            "{{agencyName}}", "{{#agencies}}{{/agencies}}", "{{t.no_such_text}}", "{{site.secret}}", "{{asset.x.css}}", "{{> nothing}}",
            "{{> signed-out}}", "{{languages}}",
        ])
    func unknownNames(source: String) throws {
        try withFolder(["templates/signed-out.mustache": source]) { folder in
            #expect(throws: PageError.self) { try Sample.renderer(overrideFolder: folder) }
        }
    }

    @Test("a placeholder in a text that its page does not know is refused")
    func unknownPlaceholder() throws {
        let json = String(decoding: try PageFolder(overrideFolder: nil).language(.spanish), as: UTF8.self)
        let broken = json.replacingOccurrences(of: "\"sign_in.lead\": \"Use", with: "\"sign_in.lead\": \"{nobody} Use")
        #expect(broken != json)
        try withFolder(["languages/es.json": broken]) { folder in
            #expect(throws: PageError.self) { try Sample.renderer(overrideFolder: folder) }
        }
    }

    @Test("a language file with a text missing is refused, and so is a folder that does not exist")
    func incomplete() throws {
        try withFolder(["languages/en.json": "{\"months\": [\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]}"]) { folder in
            #expect(throws: PageError.self) { try Sample.renderer(overrideFolder: folder) }
        }
        #expect(throws: PageError.self) { try Sample.renderer(overrideFolder: "/nonexistent/pages") }
    }
}
