import HTTPTypes
import OAuthProtocol
import Primitives
import Testing

@testable import Web

@Suite("RFC 6750 and OpenID Connect Core §5.3: userinfo")
struct UserInfoTests {
    private func tokens(_ browser: Browser, _ changes: [String: String?] = [:]) async throws -> Answer {
        try await browser.redeem(try await browser.code(Browser.permitsRequest, changes))
    }

    private func accessToken(_ browser: Browser) async throws -> String {
        try #require(try await tokens(browser).json["access_token"]?.stringValue)
    }

    private func expectRefused(_ answer: Answer, _ error: String, _ status: HTTPResponse.Status) {
        #expect(answer.status == status)
        #expect(answer.json["error"]?.stringValue == error)
        #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer ") == true)
        #expect(answer.headers[.wwwAuthenticate]?.contains("error=\"\(error)\"") == true)
        #expect(answer.headers[.cacheControl] == "no-store")
    }

    @Test("the token is read from the header, by GET or POST, or from a form")
    func carriage() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try await accessToken(browser)
            let byGet = try await browser.userInfo(token)
            #expect(byGet.status == .ok)
            #expect(byGet.headers[.contentType] == "application/json")
            #expect(byGet.headers[.cacheControl] == "no-store")
            #expect(try await browser.get("/userinfo", headers: [.authorization: "bearer " + token]).text == byGet.text)
            #expect(try await browser.post("/userinfo", body: "", headers: [.authorization: "Bearer " + token]).text == byGet.text)
            #expect(try await browser.post("/userinfo", [("access_token", token)]).text == byGet.text)
        }
    }

    @Test("a token in the query is refused, even a good one, and so are two at once")
    func wrongCarriage() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try await accessToken(browser)
            expectRefused(try await browser.get("/userinfo?access_token=" + token), "invalid_request", .badRequest)
            let twice: HTTPFields = [.authorization: "Bearer " + token]
            expectRefused(try await browser.post("/userinfo", [("access_token", token)], headers: twice), "invalid_request", .badRequest)
            expectRefused(try await browser.get("/userinfo?access_token=" + token, headers: twice), "invalid_request", .badRequest)
        }
    }

    @Test("without a token the challenge names the scheme and no error")
    func bareChallenge() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let answers = [
                try await browser.get("/userinfo"), try await browser.post("/userinfo", []),
                try await browser.get("/userinfo", headers: Browser.permitsAuthorization),
            ]
            for answer in answers {
                #expect(answer.status == .unauthorized)
                #expect(answer.headers[.wwwAuthenticate] == "Bearer realm=\"portico\"")
                #expect(answer.text.isEmpty)
            }
        }
    }

    @Test("what is no access token is invalid_token; what cannot be a token at all is invalid_request")
    func garbage() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try await accessToken(browser)
            let forged = [
                "x", "a.b.c", try Forgery.unsigned(token), try Forgery.modified(token), try Forgery.resigned(token), token + "x",
                String(token.dropLast(2)), token.replacing(".", with: ".."),
            ]
            for text in forged { expectRefused(try await browser.userInfo(text), "invalid_token", .unauthorized) }
            for text in ["a b", "a,b", "\"quoted\"", ""] where !text.isEmpty {
                expectRefused(try await browser.userInfo(text), "invalid_request", .badRequest)
            }
        }
    }

    @Test("an expired token is invalid_token")
    func expired() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try await accessToken(browser)
            house.advance(.seconds(299))
            #expect(try await browser.userInfo(token).status == .ok)
            house.advance(.seconds(1))
            expectRefused(try await browser.userInfo(token), "invalid_token", .unauthorized)
        }
    }

    @Test("a revoked grant ends its access tokens before they expire")
    func revoked() async throws {
        let house = try await House()
        try await house.visit { browser in
            let code = try await browser.code()
            let token = try #require(try await browser.redeem(code).json["access_token"]?.stringValue)
            #expect(try await browser.redeem(code).status == .badRequest)
            expectRefused(try await browser.userInfo(token), "invalid_token", .unauthorized)
        }
    }

    @Test("a refresh token, an ID token or a code is no access token")
    func otherTokens() async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await tokens(browser)
            for name in ["refresh_token", "id_token"] {
                let token = try #require(answer.json[name]?.stringValue)
                expectRefused(try await browser.userInfo(token), "invalid_token", .unauthorized)
            }
            expectRefused(try await browser.userInfo(try await browser.code()), "invalid_token", .unauthorized)
        }
    }

    @Test("a token for another audience, or without openid, does not open userinfo")
    func audienceAndScope() async throws {
        let house = try await House()
        try await house.register([
            "client_id": "reports", "client_name": "Reports", "redirect_uris": ["https://reports.example/cb"],
            "token_endpoint_auth_method": "none", "scope": "openid reports:read", "access_token_audience": ["https://api.example"],
        ])
        try await house.visit { browser in
            let request = Browser.permitsRequest.map { name, value in
                (name, ["client_id": "reports", "redirect_uri": "https://reports.example/cb", "scope": "reports:read"][name] ?? value)
            }
            let form = [
                "grant_type": "authorization_code", "client_id": "reports", "redirect_uri": "https://reports.example/cb",
                "code_verifier": Browser.verifier, "code": try await browser.code(request),
            ]
            let token = try #require(try await browser.token(form, headers: [:]).json["access_token"]?.stringValue)
            #expect(try claims(of: token)["aud"]?.stringValue == "https://api.example")
            expectRefused(try await browser.userInfo(token), "invalid_token", .unauthorized)

            let plain = try await tokens(browser, ["scope": "permits:read"])
            let answer = try await browser.userInfo(try #require(plain.json["access_token"]?.stringValue))
            expectRefused(answer, "insufficient_scope", .forbidden)
            #expect(answer.headers[.wwwAuthenticate]?.contains("scope=\"openid\"") == true)
        }
    }

    @Test("a disabled resident's token is invalid_token at once")
    func disabledResident() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try await accessToken(browser)
            let resident = try #require(try await house.residents.find("amara"))
            try await house.residents.disable(resident.id, at: house.now)
            expectRefused(try await browser.userInfo(token), "invalid_token", .unauthorized)
        }
    }

    @Test("a removed client's token is invalid_token at once")
    func removedClient() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try await accessToken(browser)
            let id = try #require(ClientID(rawValue: "city-permits"))
            try await house.clientAdministration.remove(id, at: house.now)
            try await house.provider.clients.refreshIfChanged()
            expectRefused(try await browser.userInfo(token), "invalid_token", .unauthorized)
        }
    }

    @Test("each scope releases its claims and no others")
    func scopes() async throws {
        let house = try await House()
        let expected: [String: Set<String>] = [
            "openid": [], "openid profile": ["given_name", "family_name", "birthdate", "name"], "openid email": ["email", "email_verified"],
            "openid address": ["address"], "openid phone": ["phone_number"],
        ]
        try await house.visit { browser in
            for (scope, names) in expected {
                let answer = try await tokens(browser, ["scope": scope])
                let info = try await browser.userInfo(try #require(answer.json["access_token"]?.stringValue)).json
                let released = Set(info.names).subtracting(["sub", "updated_at", "preferred_username", "phone_number_verified"])
                #expect(released.isSubset(of: names), "\(scope): \(released)")
                #expect(released.isEmpty == names.isEmpty, "\(scope)")
            }
        }
    }

    @Test("a refresh that narrows the scope narrows what its access token opens")
    func narrowedRefresh() async throws {
        let house = try await House()
        try await house.visit { browser in
            let refresh = try #require(try await tokens(browser).json["refresh_token"]?.stringValue)
            let narrowed = try await browser.refresh(refresh, ["scope": "openid"])
            let info = try await browser.userInfo(try #require(narrowed.json["access_token"]?.stringValue)).json
            #expect(info.names == ["sub"])
        }
    }

    @Test("the subject is the ID token's: pairwise by default, the resident's own where the client is registered for public")
    func subjects() async throws {
        let house = try await House()
        for id in ["register-a", "register-b"] {
            try await house.register([
                "client_id": .string(id), "client_name": "Register", "redirect_uris": [.string("https://\(id).example/cb")],
                "token_endpoint_auth_method": "none", "subject_type": "public",
            ])
        }
        try await house.visit { browser in
            let pairwise = try await tokens(browser)
            let info = try await browser.userInfo(try #require(pairwise.json["access_token"]?.stringValue)).json
            let idToken = try claims(of: pairwise.json["id_token"]?.stringValue)
            #expect(info["sub"] == idToken["sub"])
            let resident = try #require(try await house.residents.find("amara"))
            #expect(info["sub"]?.stringValue != resident.id.rawValue)
            for id in ["register-a", "register-b"] {
                let request = Browser.benefitsRequest.map { name, value in
                    (name, ["client_id": id, "redirect_uri": "https://\(id).example/cb"][name] ?? value)
                }
                let form = [
                    "grant_type": "authorization_code", "client_id": id, "redirect_uri": "https://\(id).example/cb",
                    "code_verifier": Browser.verifier, "code": try await browser.code(request),
                ]
                let token = try #require(try await browser.token(form, headers: [:]).json["access_token"]?.stringValue)
                #expect(try await browser.userInfo(token).json["sub"]?.stringValue == resident.id.rawValue)
            }
        }
    }
}
