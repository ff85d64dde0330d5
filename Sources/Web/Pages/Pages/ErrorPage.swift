/// Says in plain words what happened, what to do now, and a reference that staff can find in the log.
public struct ErrorPage: Page {
    public enum Kind: String, Sendable, CaseIterable {
        /// The agency's request is wrong in a way that cannot be sent back to it.
        case invalidRequest = "invalid_request"
        /// The cookie that ties the pending request to this browser did not come back.
        case lostBrowser = "lost_browser"
        case expired
        case unknownPage = "unknown_page"
        case tooLarge = "too_large"
        case unavailable
        case serverError = "server_error"
    }

    public let kind: Kind
    /// A sentence for the agency's developers, shown small.
    public let detail: String?
    public let reference: String
    public let restart: RestartLink?

    public init(kind: Kind, detail: String? = nil, reference: String, restart: RestartLink? = nil) {
        self.kind = kind
        self.detail = detail
        self.reference = reference
        self.restart = restart
    }

    public static let template = "error"
    public static let example = ErrorPage(kind: .expired, detail: "The detail.", reference: "K7Q2-M4XD", restart: RestartLink(url: "/authorize"))

    public func content(in texts: Texts) -> PageContent {
        let heading = texts.text("error.\(kind.rawValue).heading")
        return PageContent(
            heading: heading, isProblem: true,
            record: [
                "heading": .text(heading),
                "happened": .text(texts.text("error.\(kind.rawValue).happened")),
                "next": .text(texts.text("error.\(kind.rawValue).next")),
                "detail": PageValue(detail),
                "reference": .text(reference),
                "restartAddress": PageValue(restart.flatMap(\.safeAddress)),
            ])
    }
}

/// Where “Start again” leads, by GET.
public struct RestartLink: Sendable, Hashable {
    /// A path of this server, or an absolute address.
    public let url: String

    public init(url: String) {
        self.url = url
    }

    var safeAddress: String? {
        // “//host” would leave this server without saying so.
        if url.hasPrefix("/") { return url.hasPrefix("//") || url.hasPrefix("/\\") ? nil : url }
        return WebAddress(url)?.text
    }
}
