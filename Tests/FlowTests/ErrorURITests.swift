import HTTPTypes
import OAuthProtocol
import Testing

@testable import Web

@Suite("error_uri (RFC 6749 §4.1.2.1, §5.2)")
struct ErrorURITests {
    @Test("an error that goes to the agency by redirect, and one that is JSON, name their reference in the list that is served")
    func addresses() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let redirected = try await browser.authorize(Browser.permitsRequest, ["prompt": "none"]).redirected("error_uri")
            #expect(redirected == "https://id.example/errors#FLOW-09")
            let json = try await browser.post("/token", [("grant_type", "client_credentials")]).json["error_uri"]?.stringValue
            let list = try await browser.get("/errors")
            #expect(list.status == .ok)
            #expect(list.headers[.contentType] == "text/plain; charset=utf-8")
            for address in [redirected, json] {
                let parts = try #require(address).split(separator: "#")
                #expect(parts.first == "https://id.example/errors")
                #expect(list.text.contains("\n\(try #require(parts.last))  "), "\(parts)")
            }
        }
    }

    @Test("who replays a code is shown the reference that anyone with a wrong one is shown")
    func replay() async throws {
        let house = try await House()
        try await house.visit { browser in
            let code = try await browser.code()
            #expect(try await browser.redeem(code).status == .ok)
            let replayed = try await browser.redeem(code)
            let invented = try await browser.redeem("portico_ac_unknown")
            #expect(replayed.json["error_uri"]?.stringValue == "https://id.example/errors#GRANT-03")
            #expect(replayed.text == invented.text)
        }
    }

    @Test("the list may be kept, and is not sent again to who has it")
    func caching() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let list = try await browser.get("/errors")
            let tag = try #require(list.headers[.eTag])
            #expect(list.headers[.cacheControl] == "public, max-age=3600")
            #expect(try await browser.get("/errors", headers: [.ifNoneMatch: tag]).status == .notModified)
        }
    }
}
