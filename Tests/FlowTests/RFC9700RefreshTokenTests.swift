import Primitives
import Testing

@testable import Web

@Suite("RFC 9700 §4.14: refresh tokens")
struct RFC9700RefreshTokenTests {
    private func tokens(_ browser: Browser) async throws -> Answer {
        try await browser.redeem(try await browser.code())
    }

    @Test("a refresh token is exchanged for another; the ID token keeps its auth_time and has no nonce")
    func rotation() async throws {
        let house = try await House()
        try await house.visit { browser in
            let first = try await tokens(browser)
            house.advance(.minutes(4))
            let second = try await browser.refresh(try #require(first.json["refresh_token"]?.stringValue))
            #expect(second.status == .ok)
            #expect(second.json["refresh_token"] != first.json["refresh_token"])
            let before = try claims(of: first.json["id_token"]?.stringValue)
            let after = try claims(of: second.json["id_token"]?.stringValue)
            #expect(after["auth_time"] == before["auth_time"])
            #expect(after["sub"] == before["sub"])
            #expect(after["nonce"] == nil)
            #expect((after["iat"]?.integerValue ?? 0) > (before["iat"]?.integerValue ?? 0))
        }
    }

    @Test("a spent refresh token ends its whole family once the grace is over")
    func replay() async throws {
        let house = try await House()
        try await house.visit { browser in
            let old = try #require(try await tokens(browser).json["refresh_token"]?.stringValue)
            let new = try #require(try await browser.refresh(old).json["refresh_token"]?.stringValue)
            house.advance(.seconds(11))
            #expect(try await browser.refresh(old).json["error"]?.stringValue == "invalid_grant")
            #expect(try await browser.refresh(new).json["error"]?.stringValue == "invalid_grant")
        }
    }

    @Test("within the grace a lost response is given again: the same successor, not a second one")
    func grace() async throws {
        let house = try await House()
        try await house.visit { browser in
            let old = try #require(try await tokens(browser).json["refresh_token"]?.stringValue)
            let one = try await browser.refresh(old)
            let two = try await browser.refresh(old)
            #expect(one.json["refresh_token"] == two.json["refresh_token"])
            #expect(try await browser.refresh(try #require(one.json["refresh_token"]?.stringValue)).status == .ok)
        }
    }

    @Test("the grace ends as soon as the successor is used")
    func graceEnds() async throws {
        let house = try await House()
        try await house.visit { browser in
            let old = try #require(try await tokens(browser).json["refresh_token"]?.stringValue)
            let next = try #require(try await browser.refresh(old).json["refresh_token"]?.stringValue)
            let last = try #require(try await browser.refresh(next).json["refresh_token"]?.stringValue)
            #expect(try await browser.refresh(old).json["error"]?.stringValue == "invalid_grant")
            #expect(try await browser.refresh(last).json["error"]?.stringValue == "invalid_grant")
        }
    }

    @Test("parallel refreshes with one token stay one family")
    func race() async throws {
        let house = try await House()
        try await house.visit { browser in
            let old = try #require(try await tokens(browser).json["refresh_token"]?.stringValue)
            let successors = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 0..<10 { group.addTask { try await browser.refresh(old).json["refresh_token"]?.stringValue } }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(successors.count == 1)
        }
    }

    @Test("the scope may narrow but not widen, and the mistake does not spend the token")
    func scope() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try #require(try await tokens(browser).json["refresh_token"]?.stringValue)
            #expect(try await browser.refresh(token, ["scope": "openid address"]).json["error"]?.stringValue == "invalid_scope")
            let narrowed = try await browser.refresh(token, ["scope": "openid"])
            #expect(narrowed.json["scope"]?.stringValue == "openid")
            let next = try #require(narrowed.json["refresh_token"]?.stringValue)
            #expect(try await browser.refresh(next).json["scope"]?.stringValue == "openid profile email")
        }
    }

    @Test("another client's refresh token is invalid_grant")
    func anotherClient() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try #require(try await tokens(browser).json["refresh_token"]?.stringValue)
            let answer = try await browser.token(
                ["grant_type": "refresh_token", "refresh_token": token, "client_id": "family-benefits"], headers: [:])
            #expect(answer.json["error"]?.stringValue == "invalid_grant")
            #expect(try await browser.refresh(token).status == .ok)
        }
    }

    @Test("a disabled resident's refresh token is refused")
    func disabledResident() async throws {
        let house = try await House()
        try await house.visit { browser in
            let token = try #require(try await tokens(browser).json["refresh_token"]?.stringValue)
            let resident = try #require(try await house.residents.find("amara"))
            try await house.residents.disable(resident.id, at: house.now)
            #expect(try await browser.refresh(token).json["error"]?.stringValue == "invalid_grant")
        }
    }

    @Test("signing out ends refresh tokens, unless the resident allowed access while they are away")
    func signOut() async throws {
        let house = try await House()
        try await house.visit { browser in
            let bound = try #require(try await tokens(browser).json["refresh_token"]?.stringValue)
            let away = try #require(
                try await browser.redeem(try await browser.code(Browser.permitsRequest, ["scope": "openid offline_access"]))
                    .json["refresh_token"]?.stringValue)
            _ = try await browser.submit(try await browser.get("/"), action: "/sign-out", [:])
            #expect(try await browser.refresh(bound).json["error"]?.stringValue == "invalid_grant")
            #expect(try await browser.refresh(away).status == .ok)
        }
    }
}
