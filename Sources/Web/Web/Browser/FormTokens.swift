import Cryptography
import HTTPTypes
import Hummingbird
import OAuthProtocol
import Primitives

/// Protects our own forms against other sites (OWASP: signed double submit): each carries a MAC over the browser's cookie.
struct FormTokens: Sendable {
    private let key: Secret

    init(key: Secret) {
        self.key = key
    }

    func token(for browser: BrowserIdentity) -> String {
        Base64URL.encode(HMAC.authenticate(Array("form".utf8) + browser.digest.bytes, key: key))
    }

    /// Whether the form was rendered for this browser, and came from one of our pages.
    func isGenuine(_ form: FormParameters, from browser: BrowserIdentity, in request: Request, origin: String) -> Bool {
        guard !browser.isNew, let sent = form["form_token"], isFromHere(request, origin: origin) else { return false }
        return constantTimeEquals(Array(sent.utf8), Array(token(for: browser).utf8))
    }

    /// Browsers say where a form comes from. Our pages send no referrer, so `Origin` may be the word null.
    private func isFromHere(_ request: Request, origin: String) -> Bool {
        if let site = request.headers[.secFetchSite], site != "same-origin", site != "none" { return false }
        guard let sent = request.headers[.origin], sent != "null" else { return true }
        return sent == origin
    }
}
