import OAuthProtocol
import Testing

@Suite("Issuer and authorization responses (RFC 9207, RFC 8414 §3.1, OpenID Connect Discovery §4)")
struct RFC9207IssuerTests {
    private func refused(_ text: String) -> String? { reference { () throws(OAuthFailure) in try Issuer(text) } }

    @Test("the two well-known paths differ: one is appended, one inserted")
    func wellKnownPaths() throws {
        let plain = try Issuer("https://id.example.gov")
        #expect(plain.oidcDiscoveryPath == "/.well-known/openid-configuration")
        #expect(plain.oauthMetadataPath == "/.well-known/oauth-authorization-server")
        let tenant = try Issuer("https://id.example.gov:8443/a/b")
        #expect(tenant.oidcDiscoveryPath == "/a/b/.well-known/openid-configuration")
        #expect(tenant.oauthMetadataPath == "/.well-known/oauth-authorization-server/a/b")
        #expect(tenant.endpoint("/token") == "https://id.example.gov:8443/a/b/token")
        #expect((tenant.host, tenant.path, tenant.origin) == ("id.example.gov", "/a/b", "https://id.example.gov:8443"))
    }

    @Test("a trailing slash is stripped")
    func trailingSlash() throws {
        #expect(try Issuer("https://id.example.gov/").text == "https://id.example.gov")
        #expect(try Issuer("https://id.example.gov/a/").text == "https://id.example.gov/a")
    }

    @Test("http is for loopback hosts only")
    func loopback() throws {
        for text in ["http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:8080"] {
            #expect(try Issuer(text).isSecure == false)
        }
        #expect(try Issuer("https://localhost").isSecure)
        #expect(refused("http://id.example.gov") == IssuerReference.scheme.rawValue)
        #expect(refused("ftp://id.example.gov") == IssuerReference.scheme.rawValue)
        #expect(refused("http://127.0.0.1.example.gov") == IssuerReference.scheme.rawValue)
    }

    @Test("queries, fragments, empty segments, other spellings and what is no address are refused")
    func malformed() {
        #expect(refused("https://id.example.gov?a=b") == IssuerReference.query.rawValue)
        #expect(refused("https://id.example.gov/a?") == IssuerReference.query.rawValue)
        #expect(refused("https://id.example.gov//a") == IssuerReference.path.rawValue)
        #expect(refused("https://id.example.gov//") == IssuerReference.path.rawValue)
        #expect(refused("https://ID.example.gov") == IssuerReference.spelling.rawValue)
        #expect(refused("HTTPS://id.example.gov") == IssuerReference.spelling.rawValue)
        for text in ["", "https://", "id.example.gov", "https:id", "https://a b", "https://id.example.gov#x", "https://u@id.example.gov", "urn:x"] {
            #expect(refused(text) == IssuerReference.malformed.rawValue, "\(text)")
        }
    }

    @Test("success and error responses carry iss, and state byte for byte")
    func issuerInEveryResponse() throws {
        let issuer = try Issuer("https://id.example.gov")
        let state = "a b&c=d\"<script>é🏛"
        let success = AuthorizationResponse(.code("ptc_x"), to: "https://rp.gov/cb", by: .query, state: state, issuer: issuer)
        let refusal = OAuthFailure(.accessDenied, reference: "T-1", description: "Refused.")
        let error = AuthorizationResponse(
            .failure(refusal, errorURI: "https://id.example.gov/errors/T-1"), to: "https://rp.gov/cb", by: .query, state: state, issuer: issuer)
        for response in [success, error] {
            let query = try FormParameters(urlEncoded: String(response.location.dropFirst("https://rp.gov/cb?".count)))
            #expect(query["iss"] == "https://id.example.gov")
            #expect(query["state"].map { Array($0.utf8) } == Array(state.utf8))
            #expect(response.pairs.map(\.0).sorted() == query.names.sorted())
        }
        #expect(success.pairs.map(\.0) == ["code", "state", "iss"])
        #expect(error.pairs.map(\.0) == ["error", "error_description", "error_uri", "state", "iss"])
    }

    @Test("a query that the redirect URI already has is kept")
    func existingQuery() throws {
        let issuer = try Issuer("https://id.example.gov")
        let tail = "code=c&iss=https%3A%2F%2Fid.example.gov"
        for (uri, expected) in [
            ("https://rp.gov/cb", "https://rp.gov/cb?"), ("https://rp.gov/cb?", "https://rp.gov/cb?"),
            ("https://rp.gov/cb?a=b", "https://rp.gov/cb?a=b&"), ("https://rp.gov/cb?a=b&", "https://rp.gov/cb?a=b&"),
        ] {
            let response = AuthorizationResponse(.code("c"), to: uri, by: .query, state: nil, issuer: issuer)
            #expect(response.location == expected + tail)
        }
    }

    @Test("the location never holds a raw control character, quote or angle bracket")
    func locationCharacters() throws {
        let issuer = try Issuer("https://id.example.gov")
        let response = AuthorizationResponse(.code("c"), to: "https://rp.gov/cb", by: .query, state: "\"'<>\\{}é \u{2028}", issuer: issuer)
        #expect(response.location.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !Array("\"'<>\\{}".utf8).contains($0) })
    }
}
