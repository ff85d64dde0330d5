import HTTPTypes
import Primitives
import Testing

@testable import Web

@Suite("RFC 6749: the token endpoint")
struct RFC6749TokenEndpointTests {
    @Test("a code presented twice is refused, and what it brought ends")
    func codeReplay() async throws {
        let house = try await House()
        try await house.visit { browser in
            let code = try await browser.code()
            let first = try await browser.redeem(code)
            let second = try await browser.redeem(code)
            #expect(second.status == .badRequest)
            #expect(second.json["error"]?.stringValue == "invalid_grant")
            #expect(try await browser.userInfo(try #require(first.json["access_token"]?.stringValue)).status == .unauthorized)
            let refreshed = try await browser.refresh(try #require(first.json["refresh_token"]?.stringValue))
            #expect(refreshed.json["error"]?.stringValue == "invalid_grant")
        }
    }

    @Test("of twenty simultaneous redemptions of one code exactly one wins")
    func codeRace() async throws {
        let house = try await House()
        try await house.visit { browser in
            let code = try await browser.code()
            let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 { group.addTask { try await browser.redeem(code).status == .ok } }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(wins == 1)
        }
    }

    @Test("a code expires after its minute")
    func codeExpiry() async throws {
        let house = try await House()
        try await house.visit { browser in
            let code = try await browser.code()
            house.advance(.seconds(61))
            #expect(try await browser.redeem(code).json["error"]?.stringValue == "invalid_grant")
        }
    }

    @Test("another client cannot redeem a code, and the attempt does not spend it")
    func codeOfAnotherClient() async throws {
        let house = try await House()
        try await house.visit { browser in
            let code = try await browser.code()
            let stolen = try await browser.redeem(code, ["client_id": "family-benefits"], headers: [:])
            #expect(stolen.json["error"]?.stringValue == "invalid_grant")
            #expect(try await browser.redeem(code).status == .ok)
        }
    }

    @Test(
        "what does not fit the authorization request is refused",
        arguments: [
            ["redirect_uri": "https://permits.example/other"], ["redirect_uri": nil], ["code_verifier": nil],
            ["code_verifier": String(repeating: "a", count: 43)], ["code_verifier": "short"],
        ] as [[String: String?]])
    func mismatch(_ changes: [String: String?]) async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await browser.redeem(try await browser.code(), changes)
            #expect(answer.status == .badRequest)
            #expect(answer.json["error"]?.stringValue == "invalid_grant")
        }
    }

    @Test("a verifier without a challenge is refused: the mark of a PKCE downgrade (RFC 9700 §4.8.2)")
    func downgrade() async throws {
        let house = try await House()
        try await house.register([
            "client_id": "legacy", "client_secret": .string(House.permitsSecret), "client_name": "Legacy", "require_pkce": false,
            "redirect_uris": ["https://legacy.example/cb"], "id_token_signed_response_alg": "ES256",
        ])
        try await house.visit { browser in
            let request = [
                ("client_id", "legacy"), ("redirect_uri", "https://legacy.example/cb"), ("response_type", "code"), ("scope", "openid"),
            ]
            let headers: HTTPFields = [.authorization: "Basic " + Browser.base64("legacy:" + House.permitsSecret)]
            let form = ["grant_type": "authorization_code", "redirect_uri": "https://legacy.example/cb"]
            let refused = try await browser.token(
                form, ["code": try await browser.code(request), "code_verifier": Browser.verifier], headers: headers)
            #expect(refused.json["error"]?.stringValue == "invalid_grant")
            #expect(try await browser.token(form, ["code": try await browser.code(request)], headers: headers).status == .ok)
        }
    }

    @Test("an unknown client and a wrong secret are answered alike")
    func clientEnumeration() async throws {
        let house = try await House()
        try await house.visit { browser in
            let form = ["grant_type": "client_credentials"]
            let unknown = try await browser.token(form, headers: [.authorization: "Basic " + Browser.base64("nobody:secret")])
            let wrong = try await browser.token(form, headers: [.authorization: "Basic " + Browser.base64("city-permits:secret")])
            #expect(unknown.status == .unauthorized)
            #expect(wrong.status == .unauthorized)
            #expect(unknown.text == wrong.text)
            #expect(unknown.headers[.wwwAuthenticate]?.hasPrefix("Basic") == true)
        }
    }

    @Test("client_credentials gives an RFC 9068 token in the client's own name, without a refresh token")
    func clientCredentials() async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await browser.token(["grant_type": "client_credentials", "scope": "permits:read"])
            #expect(answer.status == .ok)
            #expect(answer.json["refresh_token"] == nil)
            let token = try claims(of: answer.json["access_token"]?.stringValue)
            #expect(token["sub"]?.stringValue == "city-permits")
            #expect(token["scope"]?.stringValue == "permits:read")
            #expect(try await browser.userInfo(try #require(answer.json["access_token"]?.stringValue)).status != .ok)
        }
    }

    @Test("client_credentials cannot ask for a resident's claims, or for what is not registered", arguments: ["openid", "permits:all"])
    func clientCredentialsScope(_ scope: String) async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await browser.token(["grant_type": "client_credentials", "scope": scope])
            #expect(answer.json["error"]?.stringValue == "invalid_scope")
        }
    }

    @Test("a public client may not use client_credentials")
    func publicClientCredentials() async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await browser.token(["grant_type": "client_credentials", "client_id": "family-benefits"], headers: [:])
            #expect(answer.json["error"]?.stringValue == "unauthorized_client")
        }
    }

    @Test("the password grant does not exist")
    func passwordGrant() async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await browser.token(["grant_type": "password", "username": "amara", "password": House.password])
            #expect(answer.json["error"]?.stringValue == "unsupported_grant_type")
        }
    }

    @Test("only a form by POST is read")
    func carriage() async throws {
        let house = try await House()
        try await house.visit { browser in
            #expect(try await browser.get("/token?grant_type=client_credentials").status == .methodNotAllowed)
            let json = try await browser.post("/token", body: "{}", headers: Browser.permitsAuthorization, contentType: "application/json")
            #expect(json.status == .badRequest)
            #expect(json.json["error"]?.stringValue == "invalid_request")
            let query = try await browser.post(
                "/token?client_secret=x", body: "grant_type=client_credentials", headers: Browser.permitsAuthorization)
            #expect(query.json["error"]?.stringValue == "invalid_request")
        }
    }

    @Test("a body beyond 64 KiB and an address beyond 8 KiB are refused")
    func size() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let long = "grant_type=client_credentials&scope=" + String(repeating: "a", count: 65_536)
            let answer = try await browser.post("/token", body: long, headers: Browser.permitsAuthorization)
            #expect(answer.status == .badRequest)
            #expect(answer.json["error"]?.stringValue == "invalid_request")
            let address = try await browser.post("/token?" + String(repeating: "a", count: 8192), body: "")
            #expect(address.status == .uriTooLong)
        }
    }

    @Test(
        "malformed forms are invalid_request",
        arguments: ["grant_type=client_credentials&grant_type=refresh_token", "grant_type=%zz", "grant_type=%00", "grant_type=%ff", "scope=a"])
    func malformed(_ body: String) async throws {
        let house = try await House()
        try await house.visit { browser in
            let answer = try await browser.post("/token", body: body, headers: Browser.permitsAuthorization)
            #expect(answer.status == .badRequest)
            #expect(answer.json["error"]?.stringValue == "invalid_request")
        }
    }
}
