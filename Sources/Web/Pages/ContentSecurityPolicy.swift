extension PageRenderer {
    /// The value of `Content-Security-Policy` for a page: nothing but our own styles, images and scripts, forms to ourselves and to the given
    /// places, no frames around us.
    ///
    /// - Parameter formActions: the origins (or, for an app, the scheme followed by a colon) that a form of this page may end up at. Browsers check
    ///   them along redirects too, so the page before a redirect to an agency names the agency. What is neither is left out.
    public static func contentSecurityPolicy(formActions: [String]) -> String {
        let targets = (["'self'"] + formActions.filter(isSource)).joined(separator: " ")
        return
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action \(targets); base-uri 'none'; frame-ancestors 'none'"
    }

    /// Anything that could end the directive, or open it to everyone, is no source.
    private static func isSource(_ text: String) -> Bool {
        guard text.utf8.count <= 512, text.contains(":") else { return false }
        return text.utf8.allSatisfy { byte in
            (0x21...0x7e).contains(byte) && !"\"'*;,<>\\".utf8.contains(byte)
        }
    }
}
