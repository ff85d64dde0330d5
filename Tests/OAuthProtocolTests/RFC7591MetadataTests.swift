import Cryptography
import JOSE
import OAuthProtocol
import Primitives
import Testing

@Suite("Client metadata (RFC 7591, OpenID Connect Registration)")
struct RFC7591MetadataTests {
    private let base: JSONObject = ["client_name": "City Permits", "redirect_uris": ["https://permits.gov/cb"]]

    private func read(_ changes: JSONObject, byOperator: Bool = true) throws(OAuthFailure) -> ClientMetadata {
        var json = base
        for (name, value) in changes.members { json[name] = value == .null ? nil : value }
        return try ClientMetadata(json: json, operatorRegistered: byOperator)
    }

    private func refusal(_ changes: JSONObject, byOperator: Bool = true) -> OAuthFailure? {
        failure { () throws(OAuthFailure) in try read(changes, byOperator: byOperator) }
    }

    private func keySet(_ algorithm: SignatureAlgorithm = .es256, alg: SignatureAlgorithm? = nil) throws -> JSONValue {
        try JWKSet([JWK(PrivateKey.generate(for: algorithm).publicKey, alg: alg)]).json
    }

    @Test("defaults are the specifications', pairwise subjects and PKCE apart")
    func defaults() throws {
        let metadata = try read([:])
        #expect(metadata.clientName == "City Permits" && metadata.applicationType == .web)
        #expect(metadata.grantTypes == [.authorizationCode] && metadata.responseTypes == ["code"])
        #expect(metadata.tokenEndpointAuthMethod == .clientSecretBasic && metadata.isConfidential)
        #expect(metadata.subjectType == .pairwise && metadata.sectorIdentifier == "permits.gov")
        #expect(metadata.idTokenSignedResponseAlg == .rs256)
        #expect(metadata.requirePKCE && !metadata.requireAuthTime && metadata.defaultMaxAge == nil)
        #expect(metadata.scope == nil && metadata.audience.isEmpty && metadata.jwks == nil)
    }

    @Test("the value written as JSON is read back equal, and its JSON equal again, in the same order")
    func roundTrip() throws {
        let full: JSONObject = [
            "client_name#es": "Permisos", "client_name#ar": "تصاريح", "application_type": "web",
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"], "response_types": ["code"],
            "redirect_uris": ["https://permits.gov/cb", "http://localhost:9000/cb"], "post_logout_redirect_uris": ["https://permits.gov/bye"],
            "token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "ES256", "jwks": try keySet(alg: .es256),
            "scope": "openid profile", "subject_type": "pairwise", "sector_identifier": "permits.gov", "id_token_signed_response_alg": "EdDSA",
            "default_max_age": 600, "require_auth_time": true, "require_pkce": false, "access_token_audience": ["https://api.gov"],
            "client_uri": "https://permits.gov", "logo_uri": "http://127.0.0.1:9000/logo.svg", "policy_uri": "https://permits.gov/p",
            "tos_uri": "https://permits.gov/t", "contacts": ["desk@permits.gov"], "backchannel_logout_uri": "https://permits.gov/logout",
        ]
        for changes in [full, [:], ["grant_types": ["client_credentials"], "redirect_uris": .null], ["subject_type": "public"]] {
            let metadata = try read(changes)
            let again = try ClientMetadata(json: metadata.json, operatorRegistered: true)
            #expect(again == metadata)
            #expect(JSONValue.object(again.json).serialized() == JSONValue.object(metadata.json).serialized())
        }
        let metadata = try read(full)
        for name in full.names { #expect(metadata.json[name] == full[name], "\(name)") }
    }

    @Test("an operator is told of unknown members by name; a client's are ignored")
    func unknownMembers() throws {
        let refusal = refusal(["redirect_uri": "https://permits.gov/cb"])
        #expect(refusal?.reference == RegistrationReference.unknownMember.rawValue)
        #expect(refusal?.description.contains("'redirect_uri'") == true)
        #expect(try read(["software_id": "x"], byOperator: false).json["software_id"] == nil)
    }

    @Test("this server's own members are for an operator to set")
    func operatorMembers() {
        for (name, value): (String, JSONValue) in [
            ("sector_identifier", "permits.gov"), ("require_pkce", false), ("require_pkce", true), ("access_token_audience", ["https://api.gov"]),
        ] {
            #expect(refusal([name: value], byOperator: false)?.reference == RegistrationReference.operatorOnly.rawValue, "\(name)")
            #expect(refusal([name: value]) == nil, "\(name)")
        }
    }

    @Test("every member has its type, and the refusal names it")
    func types() {
        let wrong: [(String, JSONValue)] = [
            ("client_name", 1), ("application_type", true), ("grant_types", "authorization_code"), ("grant_types", [1]), ("response_types", "code"),
            ("redirect_uris", "https://permits.gov/cb"), ("post_logout_redirect_uris", [1]), ("token_endpoint_auth_method", []),
            ("scope", ["openid"]),
            ("subject_type", 1), ("sector_identifier", 1), ("id_token_signed_response_alg", 1), ("default_max_age", "600"), ("default_max_age", -1),
            ("default_max_age", .double(1.5)), ("default_max_age", 2_147_483_649), ("require_auth_time", "true"), ("require_pkce", 1),
            ("access_token_audience", "x"), ("client_uri", 1), ("logo_uri", 1), ("policy_uri", 1), ("tos_uri", 1), ("contacts", "x"),
            ("backchannel_logout_uri", 1), ("token_endpoint_auth_signing_alg", 1),
        ]
        for (name, value) in wrong {
            let refusal = refusal([name: value])
            #expect(refusal?.reference == RegistrationReference.type.rawValue, "\(name)")
            #expect(refusal?.description.contains("'\(name)'") == true, "\(name)")
            #expect(refusal?.code == .invalidClientMetadata, "\(name)")
        }
    }

    @Test("values that are not supported are refused with those that are")
    func choices() {
        for (name, value) in [
            ("application_type", "desktop"), ("token_endpoint_auth_method", "client_secret_jwt"), ("subject_type", "ephemeral"),
            ("id_token_signed_response_alg", "none"), ("id_token_signed_response_alg", "HS256"), ("token_endpoint_auth_signing_alg", "none"),
        ] {
            #expect(refusal([name: .string(value)])?.reference == RegistrationReference.choice.rawValue, "\(name)")
        }
        #expect(refusal(["subject_type": "x"])?.description == "The member 'subject_type' must be one of pairwise, public.")
    }

    @Test("grants, response types and redirect URIs fit together")
    func grants() throws {
        for wrong: JSONValue in [[], ["implicit"], ["password"], ["refresh_token"], ["refresh_token", "client_credentials"]] {
            #expect(refusal(["grant_types": wrong])?.reference == RegistrationReference.grantType.rawValue)
        }
        #expect(refusal(["grant_types": ["authorization_code", "authorization_code"]])?.reference == RegistrationReference.duplicate.rawValue)
        for wrong: JSONValue in [[], ["token"], ["code", "id_token"], ["code id_token"]] {
            #expect(refusal(["response_types": wrong])?.reference == RegistrationReference.responseType.rawValue)
        }
        #expect(
            refusal(["grant_types": ["client_credentials"], "response_types": ["code"]])?.reference == RegistrationReference.responseType.rawValue)
        #expect(refusal(["redirect_uris": .null])?.reference == RedirectReference.missing.rawValue)
        #expect(refusal(["redirect_uris": []])?.code == .invalidRedirectURI)
        let service = try read(["grant_types": ["client_credentials"], "redirect_uris": .null])
        #expect(service.responseTypes.isEmpty && service.redirectURIs.isEmpty && service.sectorIdentifier == nil)
    }

    @Test("redirect URIs are checked one by one, may not repeat, and are at most 50")
    func redirectURIs() {
        #expect(refusal(["redirect_uris": ["https://permits.gov/*"]])?.code == .invalidRedirectURI)
        #expect(refusal(["post_logout_redirect_uris": ["http://permits.gov/"]])?.reference == RedirectReference.http.rawValue)
        #expect(refusal(["redirect_uris": ["https://a.gov/", "https://a.gov/"]])?.reference == RedirectReference.duplicate.rawValue)
        let many = JSONValue.array((0...50).map { .string("https://a.gov/\($0)") })
        #expect(refusal(["redirect_uris": many])?.reference == RedirectReference.tooMany.rawValue)
        #expect(refusal(["redirect_uris": ["http://localhost/cb"]], byOperator: false)?.reference == RedirectReference.loopback.rawValue)
        #expect(refusal(["redirect_uris": ["http://localhost/cb"]]) == nil)
    }

    @Test("a public client has no client_credentials and keeps PKCE")
    func publicClients() throws {
        #expect(try !read(["token_endpoint_auth_method": "none"]).isConfidential)
        #expect(
            refusal(["token_endpoint_auth_method": "none", "grant_types": ["authorization_code", "client_credentials"]])?.reference
                == RegistrationReference.publicClientCredentials.rawValue)
        #expect(
            refusal(["token_endpoint_auth_method": "none", "require_pkce": false])?.reference == RegistrationReference.publicWithoutPKCE.rawValue)
        #expect(try !read(["require_pkce": false]).requirePKCE)
    }

    @Test("private_key_jwt needs a usable key by value; jwks_uri is refused because nothing is fetched")
    func keys() throws {
        let method: JSONValue = "private_key_jwt"
        #expect(try read(["token_endpoint_auth_method": method, "jwks": keySet()]).jwks?.keys.count == 1)
        #expect(refusal(["token_endpoint_auth_method": method])?.reference == RegistrationReference.keysMissing.rawValue)
        #expect(refusal(["token_endpoint_auth_method": method, "jwks": ["keys": []]])?.reference == RegistrationReference.keysMissing.rawValue)
        let rsaOnly = try keySet(.rs256)
        #expect(
            refusal(["token_endpoint_auth_method": method, "token_endpoint_auth_signing_alg": "ES256", "jwks": rsaOnly])?.reference
                == RegistrationReference.keysMissing.rawValue)
        let byReference = refusal(["token_endpoint_auth_method": method, "jwks_uri": "https://permits.gov/jwks"])
        #expect(byReference?.reference == RegistrationReference.keysByReference.rawValue)
        #expect(byReference?.description.contains("jwks_uri") == true)
        #expect(refusal(["token_endpoint_auth_signing_alg": "ES256"])?.reference == RegistrationReference.assertionAlgorithm.rawValue)
        for wrong: JSONValue in [[], "x", ["keys": "x"], ["keys": [["kty": "oct", "k": "AAAA"]]]] {
            #expect(refusal(["jwks": wrong])?.reference == RegistrationReference.keys.rawValue)
        }
    }

    @Test("pairwise subjects need one sector: the one host, or the one an operator names")
    func sectors() throws {
        let two: JSONValue = ["https://a.gov/cb", "https://b.gov/cb"]
        #expect(refusal(["redirect_uris": two])?.reference == RegistrationReference.sector.rawValue)
        #expect(try read(["redirect_uris": two, "sector_identifier": "a.gov"]).sectorIdentifier == "a.gov")
        #expect(try read(["redirect_uris": two, "subject_type": "public"]).sectorIdentifier == nil)
        #expect(try read(["redirect_uris": ["https://A.gov/cb", "https://a.gov:444/x"]]).sectorIdentifier == "a.gov")
        for wrong in ["A.gov", "https://a.gov", "a.gov/x", "a b", "*.gov"] {
            #expect(refusal(["sector_identifier": .string(wrong)])?.reference == RegistrationReference.sector.rawValue, "\(wrong)")
        }
        #expect(refusal(["sector_identifier_uri": "https://a.gov/s.json"])?.reference == RegistrationReference.sector.rawValue)
        // The authority of a private-use scheme is any word: two apps must not share a sector by it.
        #expect(
            refusal(["application_type": "native", "redirect_uris": ["gov.permits.app://callback"]])?.reference
                == RegistrationReference.sector.rawValue)
    }

    @Test("A63: addresses for pages are https, or http on loopback for an operator")
    func addresses() {
        for name in ["client_uri", "logo_uri", "policy_uri", "tos_uri", "backchannel_logout_uri"] {
            for wrong in [
                "javascript:alert(1)", "data:image/png,x", "http://permits.gov/x", "https://u@permits.gov", "//permits.gov", "https://permits.gov/#x",
            ] {
                #expect(refusal([name: .string(wrong)])?.reference == RegistrationReference.address.rawValue, "\(name) \(wrong)")
            }
            #expect(refusal([name: "http://localhost:1/x"]) == nil)
            #expect(refusal([name: "http://localhost:1/x"], byOperator: false)?.reference == RegistrationReference.address.rawValue)
        }
    }

    @Test("A63: names are visible text: no control, direction or hidden characters, at most 200")
    func names() throws {
        #expect(refusal(["client_name": .null])?.reference == RegistrationReference.nameMissing.rawValue)
        for wrong in ["", "a\nb", " ", "a\u{202E}b", "a\u{200B}b", "\u{FEFF}a", "a\u{2028}b", "a\u{E000}", String(repeating: "a", count: 201)] {
            #expect(refusal(["client_name": .string(wrong)])?.reference == RegistrationReference.text.rawValue, "\(wrong)")
            #expect(refusal(["client_name#es": .string(wrong)])?.reference == RegistrationReference.text.rawValue, "\(wrong)")
        }
        #expect(try read(["client_name": "<b>می\u{200C}خواهم</b>"]).clientName == "<b>می\u{200C}خواهم</b>")
        for tag in ["client_name#", "client_name#e s", "client_name#-", "client_name#123456789"] {
            #expect(refusal([tag: "x"])?.reference == RegistrationReference.languageTag.rawValue, "\(tag)")
        }
        #expect(refusal(["client_name#es": "a", "client_name#ES": "b"])?.reference == RegistrationReference.duplicate.rawValue)
    }

    @Test("the name is chosen by language, by its primary subtag, or is client_name")
    func localizedNames() throws {
        let metadata = try read(["client_name#es": "Permisos", "client_name#fr-CA": "Permis"])
        #expect(metadata.name(in: ["es-MX", "fr"]) == "Permisos")
        #expect(metadata.name(in: ["fr-ca"]) == "Permis")
        #expect(metadata.name(in: ["fr", "de"]) == "City Permits")
        #expect(metadata.name(in: []) == "City Permits")
    }

    @Test("scope, audience and contacts are well-formed and bounded")
    func lists() {
        #expect(refusal(["scope": "a\"b"])?.reference == RegistrationReference.scope.rawValue)
        #expect(refusal(["access_token_audience": []])?.reference == RegistrationReference.audience.rawValue)
        #expect(refusal(["access_token_audience": ["a b"]])?.reference == RegistrationReference.audience.rawValue)
        #expect(refusal(["contacts": [""]])?.reference == RegistrationReference.text.rawValue)
        #expect(refusal(["contacts": ["a\r\nb"]])?.reference == RegistrationReference.text.rawValue)
        let many = JSONValue.array((0...20).map { .string("c\($0)") })
        #expect(refusal(["contacts": many])?.reference == RegistrationReference.tooMany.rawValue)
        #expect(refusal(["access_token_audience": many])?.reference == RegistrationReference.tooMany.rawValue)
    }
}
