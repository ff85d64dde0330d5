/// Turns typed pages into HTML, in the language of whoever reads it.
///
/// Pages owns what residents see: the page types, the templates, the languages, the style sheet, the mark and the small scripts. Templates,
/// languages and assets are files beside the program; an override folder replaces any of them, file by file, so that an operator restyles
/// and translates without building anything (docs/pages.md).
///
/// It knows nothing of HTTP, forms that come back, sessions or the database: `Web` decides which page to show and puts the bytes on the wire.
/// Every template, text and asset is read and checked when the renderer is made; after that, rendering cannot fail.
public final class PageRenderer: Sendable {
    /// The style sheet, the mark, the icon and the scripts, each under a name that changes with its content.
    public let assets: [Asset]
    private let site: PageSite
    private let languages: [Language: PreparedLanguage]

    /// Reads the pages' files and checks them: every tag resolves on its page, and every language says everything.
    ///
    /// - Parameter overrideFolder: a folder whose `templates`, `languages` and `assets` replace the files of the same name.
    /// - Throws: `PageError`, which names the file at fault.
    public init(site: PageSite, overrideFolder: String?) throws(PageError) {
        let folder = try PageFolder(overrideFolder: overrideFolder)
        let assets = try Asset.all(in: folder)
        let sources = try folder.templates()
        let templates = try TemplateSet(sources: sources)
        var languages: [Language: PreparedLanguage] = [:]
        let reference = try Texts(json: folder.shippedLanguage(.english), language: .english, operatorName: site.operatorName)
        for language in Language.all {
            let texts = try Texts(json: folder.language(language), language: language, operatorName: site.operatorName)
            try texts.check(against: reference)
            let constants = Self.constants(site: site, assets: assets, texts: texts)
            var prepared = PreparedLanguage(texts: texts)
            for kind in PageKind.all { try prepared.add(kind, templates: templates, constants: constants) }
            languages[language] = prepared
        }
        self.site = site
        self.assets = assets
        self.languages = languages
    }

    /// The page as HTML.
    ///
    /// - Parameter context: what the page does not know of itself: where it was asked for.
    public func render<P: Page>(_ page: P, in language: Language, context: PageContext = PageContext()) -> RenderedPage {
        // Every language of `Language.all` was prepared by `init`, for every kind of page.
        guard let prepared = languages[language], let nodes = prepared.nodes[P.template] else { return RenderedPage(bytes: [], title: "") }
        let content = page.content(in: prepared.texts)
        let title = prepared.title(of: content, site: site)
        var renderer = TemplateRenderer(scopes: [prepared.frame(of: content, title: title, context: context), content.record])
        renderer.render(nodes)
        return RenderedPage(bytes: renderer.output, title: title)
    }

    private static func constants(site: PageSite, assets: [Asset], texts: Texts) -> [String: String] {
        var constants = [
            "site.operator": site.operatorName,
            "site.help": site.helpURL.flatMap(WebAddress.init)?.text ?? "",
            "site.base": site.basePath,
            "site.language": texts.language.code,
            "site.direction": texts.language.direction.rawValue,
        ]
        for asset in assets { constants["asset.\(asset.name)"] = site.basePath + asset.path }
        return constants
    }
}

/// Who runs this Portico, as the pages say it.
public struct PageSite: Sendable {
    public let operatorName: String
    /// Where people find help (an `https` address); no link is shown without it.
    public let helpURL: String?
    /// The path of the issuer, `""` or `/x`: what every address on the pages starts with.
    public let basePath: String

    public init(operatorName: String = "Portico", helpURL: String? = nil, basePath: String = "") {
        self.operatorName = operatorName
        self.helpURL = helpURL
        self.basePath = basePath
    }
}

/// What a page cannot know of itself.
public struct PageContext: Sendable {
    /// The relative address that shows this page again, for the language buttons; without it they are left out.
    public let returnPath: String?
    /// The form token for the language buttons on a page that has none of its own.
    public let formToken: String?

    public init(returnPath: String? = nil, formToken: String? = nil) {
        self.returnPath = returnPath
        self.formToken = formToken
    }
}

/// A page ready to be sent as `text/html; charset=utf-8`.
public struct RenderedPage: Sendable {
    public let bytes: [UInt8]
    /// What the browser shows as the page's title. Names in it are isolated with U+2068 and U+2069.
    public let title: String

    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Why the pages cannot be shown: a file that is missing or wrong. Found when the renderer is made.
public enum PageError: Error, Sendable, Hashable, CustomStringConvertible {
    case missing(path: String)
    case template(file: String, reason: String)
    case language(code: String, reason: String)

    public var description: String {
        switch self {
        case .missing(let path): "The pages need \(path), which cannot be read."
        case .template(let file, let reason): "The template \(file) cannot be used: \(reason)."
        case .language(let code, let reason): "The language file \(code).json cannot be used: \(reason)."
        }
    }
}
