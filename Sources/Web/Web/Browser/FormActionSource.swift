/// The source expression that lets a form of ours end at an agency (CSP Level 3, form-action). Browsers hold the redirect that
/// answers a form to it as well as the form itself.
enum FormActionSource {
    /// - Parameter uri: a proven redirect URI: its origin, or the scheme alone where an app claims it (RFC 8252 §7.1).
    static func of(_ uri: String) -> String {
        guard let colon = uri.firstIndex(of: ":") else { return "" }
        let afterScheme = uri[uri.index(after: colon)...]
        guard afterScheme.hasPrefix("//") else { return String(uri[...colon]) }
        let authority = afterScheme.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        return uri[...colon] + "//" + authority
    }
}
