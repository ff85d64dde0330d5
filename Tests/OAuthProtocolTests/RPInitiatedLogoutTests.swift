import OAuthProtocol
import Testing

@Suite("Logout requests (OpenID Connect RP-Initiated Logout §2)")
struct RPInitiatedLogoutTests {
    private func refused(_ name: String, _ value: String) -> String? {
        reference { () throws(OAuthFailure) in try EndSessionRequest(form([(name, value)])) }
    }

    @Test("a request is read, and written again reads equal")
    func reading() throws {
        let request = try EndSessionRequest(
            form([
                ("id_token_hint", "a.b.c"), ("logout_hint", "ana"), ("client_id", "permits"), ("post_logout_redirect_uri", "https://permits.gov/bye"),
                ("state", "s é"), ("ui_locales", "es !"), ("unknown", "x"),
            ]))
        #expect(request.idTokenHint == "a.b.c" && request.logoutHint == "ana" && request.clientID?.rawValue == "permits")
        #expect(request.postLogoutRedirectURI == "https://permits.gov/bye" && request.state == "s é" && request.uiLocales == ["es"])
        #expect(try EndSessionRequest(form(request.formPairs())) == request)
        let empty = try EndSessionRequest(.none)
        #expect(empty.formPairs().isEmpty)
    }

    @Test("impossible values are refused by parameter")
    func refusals() {
        #expect(refused("id_token_hint", "a b") == LogoutReference.idTokenHint.rawValue)
        #expect(refused("id_token_hint", String(repeating: "a", count: 4097)) == LogoutReference.idTokenHint.rawValue)
        #expect(refused("client_id", "a b") == LogoutReference.clientID.rawValue)
        #expect(refused("post_logout_redirect_uri", String(repeating: "a", count: 2049)) == LogoutReference.redirectURI.rawValue)
        #expect(refused("state", "a\r\nb") == LogoutReference.state.rawValue)
        #expect(refused("state", String(repeating: "a", count: 2049)) == LogoutReference.state.rawValue)
        #expect(refused("logout_hint", "a\nb") == nil)
    }

    @Test("the state is added to the proven address, encoded")
    func location() throws {
        func location(_ text: String, _ state: String?) throws -> String {
            let uri = try RedirectURI(registering: text, applicationType: .web, operatorRegistered: false)
            return EndSessionRequest.location(of: uri, state: state)
        }
        #expect(try location("https://permits.gov/bye", nil) == "https://permits.gov/bye")
        #expect(try location("https://permits.gov/bye", "a&b é") == "https://permits.gov/bye?state=a%26b%20%C3%A9")
        #expect(try location("https://permits.gov/bye?x=y", "s") == "https://permits.gov/bye?x=y&state=s")
    }
}
