import Cryptography
import OAuthProtocol
import Primitives
import Testing

@Suite("Provider metadata (RFC 8414, OpenID Connect Discovery §3)")
struct RFC8414MetadataTests {
    private func metadata() throws -> ProviderMetadata {
        let issuer = try Issuer("https://id.gov")
        return ProviderMetadata(
            issuer: issuer, authorizationEndpoint: issuer.endpoint("/authorize"), tokenEndpoint: issuer.endpoint("/token"),
            userinfoEndpoint: issuer.endpoint("/userinfo"), jwksURI: issuer.endpoint("/jwks"), endSessionEndpoint: issuer.endpoint("/logout"))
    }

    @Test("what the conformance suite and clients look for is there with the right types")
    func members() throws {
        let json = try metadata().json()
        #expect(json["issuer"] == "https://id.gov")
        for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"] {
            #expect(json[name]?.stringValue?.hasPrefix("https://id.gov/") == true, "\(name)")
        }
        #expect(json["response_types_supported"] == ["code"])
        #expect(json["response_modes_supported"] == ["query", "form_post"])
        #expect(json["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"])
        #expect(json["subject_types_supported"] == ["pairwise", "public"])
        #expect(json["code_challenge_methods_supported"] == ["S256"])
        #expect(json["id_token_signing_alg_values_supported"]?.stringArray?.contains("RS256") == true)
        #expect(json["scopes_supported"]?.stringArray?.contains("openid") == true)
        #expect(json["claims_supported"]?.stringArray?.contains("sub") == true)
        #expect(json["claim_types_supported"] == ["normal"])
        #expect(json["prompt_values_supported"] == ["none", "login", "consent", "select_account"])
        #expect(json["display_values_supported"] == ["page", "popup", "touch", "wap"])
    }

    @Test("defaults that would surprise a client are stated")
    func stated() throws {
        let json = try metadata().json()
        #expect(json["claims_parameter_supported"] == true)
        #expect(json["request_parameter_supported"] == false)
        #expect(json["request_uri_parameter_supported"] == false)
        #expect(json["authorization_response_iss_parameter_supported"] == true)
        #expect(
            json["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"])
    }

    @Test("lists without elements and members without a value are left out")
    func omitted() throws {
        var metadata = try metadata()
        for name in ["acr_values_supported", "ui_locales_supported", "service_documentation", "op_policy_uri"] {
            #expect(metadata.json()[name] == nil, "\(name)")
        }
        metadata.acrValuesSupported = ["1"]
        metadata.uiLocalesSupported = ["en", "ar"]
        metadata.serviceDocumentation = "https://id.gov/docs"
        metadata.tokenEndpointAuthMethodsSupported = [.clientSecretBasic]
        metadata.displayValuesSupported = []
        let json = metadata.json()
        #expect(json["acr_values_supported"] == ["1"] && json["ui_locales_supported"] == ["en", "ar"])
        #expect(json["service_documentation"] == "https://id.gov/docs")
        #expect(json["token_endpoint_auth_signing_alg_values_supported"] == nil)
        #expect(json["display_values_supported"] == nil)
        #expect(!json.members.contains { $0.value == [] || $0.value == .null })
    }

    @Test("the scopes ask for the claims of Core §5.4, and every standard claim is listed once")
    func claims() {
        #expect(StandardClaims.names(for: .profile).count == 14)
        #expect(StandardClaims.names(for: .email) == ["email", "email_verified"])
        #expect(StandardClaims.names(for: .phone) == ["phone_number", "phone_number_verified"])
        #expect(StandardClaims.names(for: .address) == ["address"])
        #expect(StandardClaims.names(for: .openid) == ["sub"] && StandardClaims.names(for: .offlineAccess).isEmpty)
        #expect(StandardClaims.all.count == 20 && Set(StandardClaims.all).count == 20)
    }
}
