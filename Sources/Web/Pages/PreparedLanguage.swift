/// Every page's template in one language, ready to be filled in.
struct PreparedLanguage: Sendable {
    let texts: Texts
    private(set) var nodes: [String: [TemplateNode]] = [:]
    private let switcher: PageValue

    init(texts: Texts) {
        self.texts = texts
        let rows = Language.all.map { language in
            ["code": .text(language.code), "name": .text(language.name), "current": .flag(language == texts.language)] as PageRecord
        }
        switcher = .list(rows)
    }

    /// Compiles a page's template and checks it against the page's own example.
    mutating func add(_ kind: PageKind, templates: TemplateSet, constants: [String: String]) throws(PageError) {
        let nodes = try templates.nodes(of: kind.template, texts: texts, constants: constants)
        let example = kind.example(texts)
        guard !example.heading.isEmpty else {
            throw .language(code: texts.language.code, reason: "the page “\(kind.template)” has no heading")
        }
        let context = PageContext(returnPath: "/", formToken: "token")
        var check = TemplateCheck(file: "\(kind.template).mustache", scopes: [frame(of: example, title: "title", context: context), example.record])
        try check.check(nodes)
        self.nodes[kind.template] = nodes
    }

    /// What surrounds every page.
    func frame(of content: PageContent, title: String, context: PageContext) -> PageRecord {
        let token = content.formToken ?? context.formToken
        let showsSwitcher = token != nil && context.returnPath != nil
        return [
            "title": .text(title),
            "languages": switcher,
            "showsLanguages": .flag(showsSwitcher),
            "formToken": PageValue(token),
            "returnPath": PageValue(context.returnPath),
        ]
    }

    func title(of content: PageContent, site: PageSite) -> String {
        let title = "\(content.heading) – \(site.operatorName)"
        return content.isProblem ? texts.text("error_prefix") + title : title
    }
}

/// A kind of page, without its type.
struct PageKind: Sendable {
    let template: String
    let example: @Sendable (Texts) -> PageContent

    init<P: Page>(_ page: P.Type) {
        template = P.template
        example = { P.example.content(in: $0) }
    }

    static let all = [
        PageKind(SignInPage.self), PageKind(ConsentPage.self), PageKind(ChooseAccountPage.self), PageKind(SignedOutPage.self),
        PageKind(SignOutPage.self), PageKind(ErrorPage.self), PageKind(HomePage.self), PageKind(FormPostPage.self),
    ]
}
