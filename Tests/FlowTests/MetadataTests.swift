import HTTPTypes
import OAuthProtocol
import Primitives
import Testing

@testable import Web

@Suite("OpenID Connect Discovery 1.0 and RFC 8414: metadata and keys")
struct MetadataTests {
    private static let documents = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"]

    @Test("an issuer without a path has both documents at the root, and they are the same")
    func root() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let openID = try await browser.get("/.well-known/openid-configuration")
            let oauth = try await browser.get("/.well-known/oauth-authorization-server")
            #expect(openID.status == .ok)
            #expect(openID.headers[.contentType] == "application/json")
            #expect(openID.text == oauth.text)
            #expect(openID.json["issuer"]?.stringValue == House.issuer)
            for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"] {
                #expect(openID.json[name]?.stringValue?.hasPrefix(House.issuer + "/") == true, "\(name)")
            }
        }
    }

    @Test("an issuer with a path has OpenID's document below it and OAuth's before it, and serves the whole flow there")
    func path() async throws {
        let house = try await House(issuer: "https://id.example/sso")
        try await house.visit { browser in
            let openID = try await browser.get("/sso/.well-known/openid-configuration")
            let oauth = try await browser.get("/.well-known/oauth-authorization-server/sso")
            #expect(openID.status == .ok)
            #expect(openID.text == oauth.text)
            #expect(openID.json["issuer"]?.stringValue == "https://id.example/sso")
            #expect(openID.json["token_endpoint"]?.stringValue == "https://id.example/sso/token")
            for target in ["/.well-known/openid-configuration", "/sso/.well-known/oauth-authorization-server", "/jwks", "/token"] {
                #expect(try await browser.get(target).status == .notFound, "\(target)")
            }
            #expect(try await browser.get("/sso/jwks").status == .ok)

            let page = try await browser.get("/sso/authorize?" + FormEncoding.encode(Browser.permitsRequest))
            let signedIn = try await browser.submit(
                page, action: "/sso/sign-in", ["identifier": "amara", "password": House.password])
            let consent = try await browser.follow(signedIn)
            let answer = try await browser.submit(consent, action: "/sso/consent", ["decision": "allow"])
            #expect(answer.redirected("iss") == "https://id.example/sso")
            let home = try await browser.get("/sso/")
            #expect(home.text.contains("City Permits"))
            for asset in home.assets {
                #expect(asset.hasPrefix("/sso/"))
                #expect(try await browser.get(asset).status == .ok, "\(asset)")
            }
            #expect(try await browser.submit(home, action: "/sso/sign-out", [:]).location == "/sso/signed-out")
        }
    }

    @Test("what the metadata promises is what the endpoints do")
    func promises() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let metadata = try await browser.get("/.well-known/openid-configuration").json
            #expect(metadata["response_types_supported"]?.stringArray == ["code"])
            #expect(metadata["code_challenge_methods_supported"]?.stringArray == ["S256"])
            #expect(metadata["request_uri_parameter_supported"]?.boolValue == false)
            #expect(metadata["request_parameter_supported"]?.boolValue == false)
            #expect(metadata["authorization_response_iss_parameter_supported"]?.boolValue == true)
            #expect(metadata["id_token_signing_alg_values_supported"]?.stringArray?.sorted() == ["ES256", "RS256"])
            #expect(metadata["ui_locales_supported"]?.stringArray == ["en", "es", "fr", "ar"])
            #expect(metadata["subject_types_supported"]?.stringArray?.contains("pairwise") == true)
        }
    }

    @Test("they may be kept and read from anywhere: max-age, a strong ETag, 304, CORS", arguments: documents)
    func caching(_ target: String) async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let first = try await browser.get(target, headers: [.origin: "https://anywhere.example"])
            let etag = try #require(first.headers[.eTag])
            #expect(etag.hasPrefix("\"") && etag.hasSuffix("\""))
            #expect(first.headers[.cacheControl] == "public, max-age=300")
            #expect(first.headers[.accessControlAllowOrigin] == "*")
            #expect(first.headers[.accessControlAllowCredentials] == nil)
            #expect(first.headers[.setCookie] == nil)
            for known in [etag, "\"x\", \(etag)", "W/\(etag)", "*"] {
                let again = try await browser.get(target, headers: [.ifNoneMatch: known])
                #expect(again.status == .notModified)
                #expect(again.text.isEmpty)
                #expect(again.headers[.eTag] == etag)
                #expect(again.headers[.accessControlAllowOrigin] == "*")
            }
            #expect(try await browser.get(target, headers: [.ifNoneMatch: "\"other\""]).status == .ok)
            let head = try await browser.head(target)
            #expect(head.status == .ok)
            #expect(head.text.isEmpty)
        }
    }

    @Test("the key set holds public members only, each with kid, use and alg")
    func keys() async throws {
        let house = try await House.shared.value
        try await house.visit { browser async throws in
            let keys = try #require(try await browser.get("/jwks").json["keys"]?.arrayValue).compactMap(\.objectValue)
            #expect(keys.count == 2)
            for key in keys {
                for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] { #expect(key[name] == nil) }
                #expect(key["use"]?.stringValue == "sig")
                #expect(key["kid"]?.stringValue?.isEmpty == false)
                #expect(key["alg"]?.stringValue != nil)
            }
            #expect(Set(keys.compactMap { $0["kid"]?.stringValue }).count == keys.count)
        }
    }

    @Test(
        "no other answer may be kept or read from another site",
        arguments: ["/authorize", "/token", "/userinfo", "/", "/sign-in", "/logout", "/nothing"])
    func others(_ target: String) async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            for method in ["GET", "POST"] {
                let headers: HTTPFields = [.origin: "https://evil.example"]
                let answer = method == "GET" ? try await browser.get(target, headers: headers) : try await browser.post(target, [], headers: headers)
                #expect(answer.headers[.cacheControl] == "no-store", "\(method)")
                #expect(answer.headers[.accessControlAllowOrigin] == nil, "\(method)")
            }
        }
    }

    @Test("the server's name for itself never comes from the Host header")
    func host() async throws {
        let house = try await House.shared.value
        try await house.visit { browser in
            let host = try #require(HTTPField.Name("X-Forwarded-Host"))
            let answer = try await browser.get("/.well-known/openid-configuration", headers: [host: "evil.example"])
            #expect(!answer.text.contains("evil.example"))
        }
    }

    @Test("HSTS is sent over https and not over http")
    func strictTransport() async throws {
        let secure = try await House.shared.value
        let plain = try await House(issuer: "http://127.0.0.1:8080")
        for target in Self.documents + ["/sign-in", "/token", "/nothing"] {
            try await secure.visit { browser in
                let sent = try await browser.get(target).headers[.strictTransportSecurity]
                #expect(sent?.hasPrefix("max-age=") == true)
            }
            try await plain.visit { browser in
                let sent = try await browser.get(target).headers[.strictTransportSecurity]
                #expect(sent == nil)
            }
        }
    }
}
