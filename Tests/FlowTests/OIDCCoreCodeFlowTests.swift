import HTTPTypes
import Primitives
import Testing

@testable import Web

@Suite("OpenID Connect Core: the authorization code flow")
struct OIDCCoreCodeFlowTests {
    @Test("a resident signs in, consents, and the agency gets tokens that say so")
    func wholeFlow() async throws {
        let house = try await House()
        try await house.visit { browser in
            let signIn = try await browser.authorize()
            #expect(signIn.status == .ok)
            let consent = try await browser.signIn(signIn)
            #expect(consent.text.contains("City Permits"))
            let answer = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            #expect(answer.status == .seeOther)
            #expect(answer.location?.hasPrefix("https://permits.example/callback?") == true)
            #expect(answer.redirected("state") == "the-state")
            // RFC 9207 §2: the issuer is named in every answer.
            #expect(answer.redirected("iss") == House.issuer)

            let tokens = try await browser.redeem(try #require(answer.redirected("code")))
            #expect(tokens.status == .ok)
            #expect(tokens.headers[.cacheControl] == "no-store")
            let id = try claims(of: tokens.json["id_token"]?.stringValue)
            #expect(id["iss"]?.stringValue == House.issuer)
            #expect(id["aud"]?.stringValue == "city-permits")
            #expect(id["nonce"]?.stringValue == "the-nonce")
            #expect(id["acr"]?.stringValue == "urn:portico:aal:1")
            #expect(id["amr"]?.stringArray == ["pwd"])
            #expect(id["sid"]?.stringValue?.isEmpty == false)
            #expect(id["at_hash"]?.stringValue?.count == 22)
            // Scope claims come from userinfo, not in the ID token (§5.4).
            #expect(id["email"] == nil)

            let access = try claims(of: tokens.json["access_token"]?.stringValue)
            #expect(access["sub"] == id["sub"])
            #expect(access["client_id"]?.stringValue == "city-permits")
            let info = try await browser.userInfo(try #require(tokens.json["access_token"]?.stringValue))
            #expect(info.json["sub"] == id["sub"])
            #expect(info.json["email"]?.stringValue == "amara@example.org")
            #expect(info.json["given_name"]?.stringValue == "Amara")
            #expect(info.json["phone_number"] == nil)
        }
    }

    @Test("a second agency needs no password, and knows the resident by another pseudonym")
    func singleSignOn() async throws {
        let house = try await House()
        try await house.visit { browser in
            let first = try await browser.redeem(try await browser.code())
            let consent = try await browser.authorize(Browser.benefitsRequest)
            #expect(consent.forms.contains { $0.action == "/consent" })
            #expect(!consent.forms.contains { $0.action == "/sign-in" })
            let answer = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            let second = try await browser.token(
                [
                    "grant_type": "authorization_code", "client_id": "family-benefits", "code": try #require(answer.redirected("code")),
                    "redirect_uri": "https://benefits.example/callback", "code_verifier": Browser.verifier,
                ], headers: [:])
            let one = try claims(of: first.json["id_token"]?.stringValue)
            let other = try claims(of: second.json["id_token"]?.stringValue)
            #expect(one["sub"] != other["sub"])
            #expect(one["sid"] != other["sid"])
        }
    }

    @Test("consent is remembered: the next request is answered at once")
    func rememberedConsent() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            let again = try await browser.authorize()
            #expect(again.redirected("code") != nil)
        }
    }

    @Test("prompt=none without a session is login_required, without any page")
    func silentWithoutSession() async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await browser.authorize(Browser.permitsRequest, ["prompt": "none"])
            #expect(answer.redirected("error") == "login_required")
            #expect(answer.redirected("state") == "the-state")
        }
    }

    @Test("prompt=none with a session but without consent is consent_required")
    func silentWithoutConsent() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            let answer = try await browser.authorize(Browser.benefitsRequest, ["prompt": "none"])
            #expect(answer.redirected("error") == "consent_required")
        }
    }

    @Test("prompt=none with session and consent answers without a page")
    func silent() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            #expect(try await browser.authorize(Browser.permitsRequest, ["prompt": "none"]).redirected("code") != nil)
        }
    }

    @Test("prompt=login asks for the password although a session lives, and auth_time is newer")
    func promptLogin() async throws {
        let house = try await House()
        try await house.visit { browser in
            let first = try claims(of: try await browser.redeem(try await browser.code()).json["id_token"]?.stringValue)
            house.advance(.seconds(90))
            let page = try await browser.authorize(Browser.permitsRequest, ["prompt": "login"])
            #expect(page.forms.contains { $0.action == "/sign-in" })
            house.advance(.seconds(5))
            let answer = try await browser.signIn(page)
            let second = try claims(
                of: try await browser.redeem(try #require(answer.redirected("code"))).json["id_token"]?.stringValue)
            #expect((second["auth_time"]?.integerValue ?? 0) > (first["auth_time"]?.integerValue ?? 0))
            #expect(second["sub"] == first["sub"])
        }
    }

    @Test("max_age asks again once the sign-in is too old, and not before")
    func maxAge() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            house.advance(.seconds(30))
            #expect(try await browser.authorize(Browser.permitsRequest, ["max_age": "60"]).redirected("code") != nil)
            house.advance(.seconds(60))
            #expect(try await browser.authorize(Browser.permitsRequest, ["max_age": "60"]).forms.contains { $0.action == "/sign-in" })
            let silent = try await browser.authorize(Browser.permitsRequest, ["max_age": "60", "prompt": "none"])
            #expect(silent.redirected("error") == "login_required")
        }
    }

    @Test("max_age=0 is satisfied by one sign-in and does not loop")
    func maxAgeZero() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            house.advance(.seconds(1))
            let page = try await browser.authorize(Browser.permitsRequest, ["max_age": "0"])
            #expect(page.forms.contains { $0.action == "/sign-in" })
            house.advance(.seconds(1))
            #expect(try await browser.signIn(page).redirected("code") != nil)
        }
    }

    @Test("prompt=select_account offers the account and goes on")
    func selectAccount() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            house.advance(.seconds(1))
            let page = try await browser.authorize(Browser.permitsRequest, ["prompt": "select_account"])
            #expect(page.text.contains("Amara Okafor"))
            let answer = try await browser.submit(page, action: "/choose-account", ["decision": "continue"])
            #expect(answer.redirected("code") != nil)
        }
    }

    @Test("an id_token_hint for another resident asks to sign in, and is login_required with prompt=none")
    func hintOfAnother() async throws {
        let house = try await House()
        _ = try await house.residents.add(
            try .init(username: "bao", claims: [:]), password: .init(Array(House.password.utf8)), at: house.now)
        try await house.visit { browser in
            let mine = try await browser.redeem(try await browser.code()).json["id_token"]?.stringValue
            let hinted = try await browser.authorize(Browser.permitsRequest, ["prompt": "none", "id_token_hint": mine])
            #expect(hinted.redirected("code") != nil)
            browser.cookies = [:]
            let page = try await browser.authorize()
            let consent = try await browser.signIn(page, identifier: "bao")
            _ = try await browser.submit(consent, action: "/consent", ["decision": "allow"])
            let other = try await browser.authorize(Browser.permitsRequest, ["prompt": "none", "id_token_hint": mine])
            #expect(other.redirected("error") == "login_required")
        }
    }

    @Test("the request may come as a form, and the browser's cookies count after a redirect to ourselves")
    func byPost() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            let kept = browser.cookies
            browser.cookies = [:]
            let answer = try await browser.post("/authorize", Browser.permitsRequest)
            #expect(answer.status == .seeOther)
            browser.cookies = kept
            let followed = try await browser.follow(answer)
            #expect(followed.redirected("code") != nil)
        }
    }

    @Test("response_mode=form_post answers with a page whose form carries code, state and iss")
    func formPost() async throws {
        let house = try await House()
        try await house.visit { browser in
            _ = try await browser.code()
            let page = try await browser.authorize(Browser.permitsRequest, ["response_mode": "form_post", "state": "\"><script>x</script>"])
            let form = try #require(page.forms.first { $0.action == "https://permits.example/callback" })
            #expect(form.fields["code"]?.hasPrefix("ptc_") == true)
            #expect(form.fields["state"] == "\"><script>x</script>")
            #expect(form.fields["iss"] == House.issuer)
            #expect(!page.text.contains("<script>x"))
        }
    }

    @Test("the claims parameter brings single claims to userinfo and to the ID token")
    func claimsParameter() async throws {
        let house = try await House()
        try await house.visit { browser in
            let request = #"{"userinfo":{"phone_number":{"essential":true}},"id_token":{"email":null,"unknown":null}}"#
            let code = try await browser.code(Browser.permitsRequest, ["scope": "openid", "claims": request])
            let tokens = try await browser.redeem(code)
            #expect(try claims(of: tokens.json["id_token"]?.stringValue)["email"]?.stringValue == "amara@example.org")
            let info = try await browser.userInfo(try #require(tokens.json["access_token"]?.stringValue))
            #expect(info.json["phone_number"]?.stringValue == "+441632960961")
            #expect(info.json["email"] == nil)
        }
    }

    @Test("an essential acr that is not offered fails the request; acr_values alone does not")
    func essentialContext() async throws {
        let house = try await House()
        try await house.visit { browser in
            let demand = #"{"id_token":{"acr":{"essential":true,"values":["urn:other:loa4"]}}}"#
            let refused = try await browser.authorize(Browser.permitsRequest, ["claims": demand])
            #expect(refused.redirected("error") == "unmet_authentication_requirements")
            #expect(try await browser.code(Browser.permitsRequest, ["acr_values": "urn:other:loa4"]).hasPrefix("ptc_"))
        }
    }

    @Test("without openid there is no ID token, and userinfo refuses for want of scope")
    func plainOAuth() async throws {
        let house = try await House()
        try await house.visit { browser in
            let tokens = try await browser.redeem(try await browser.code(Browser.permitsRequest, ["scope": "permits:read"]))
            #expect(tokens.json["id_token"] == nil)
            #expect(try await browser.userInfo(try #require(tokens.json["access_token"]?.stringValue)).status != .ok)
        }
    }

    @Test("languages follow ui_locales, and the resident's own choice outranks it")
    func languages() async throws {
        let house = try await House()
        try await house.visit { browser in
            let page = try await browser.authorize(Browser.permitsRequest, ["ui_locales": "xx ar fr"])
            #expect(page.text.contains("lang=\"ar\""))
            #expect(page.text.contains("dir=\"rtl\""))
            let switched = try await browser.follow(try await browser.submit(page, action: "/language", ["language": "fr"]))
            #expect(switched.text.contains("lang=\"fr\""))
            #expect(switched.text.contains("Permis municipaux"))
        }
    }
}
