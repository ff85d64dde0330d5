/// Carries an authorization response to the agency by POST (OAuth 2.0 Form Post Response Mode). The script sends the form at once;
/// without it, the resident presses Continue.
public struct FormPostPage: Page {
    /// The redirect URI.
    public let action: String
    public let pairs: [(name: String, value: String)]

    public init(action: String, pairs: [(name: String, value: String)]) {
        self.action = action
        self.pairs = pairs
    }

    public static let template = "form-post"
    public static let example = FormPostPage(action: "https://permits.example/callback", pairs: [("state", "x")])

    public func content(in texts: Texts) -> PageContent {
        PageContent(
            heading: texts.text("form_post.heading"),
            record: [
                "action": .text(WebAddress(action)?.text ?? "about:invalid"),
                "pairs": .list(pairs.map { ["field": .text($0.name), "value": .text($0.value)] }),
            ])
    }
}
