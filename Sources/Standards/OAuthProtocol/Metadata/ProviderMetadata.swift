public import Cryptography
public import Primitives

/// The provider's metadata (OpenID Connect Discovery §3, RFC 8414 §2): one document for both well-known paths.
///
/// What has a fixed answer in this protocol module is not a property: `code`, PKCE by S256, both response modes, `iss` in responses, and
/// the refusal of request objects.
public struct ProviderMetadata: Sendable, Hashable {
    public let issuer: Issuer
    public var authorizationEndpoint: String
    public var tokenEndpoint: String
    public var userinfoEndpoint: String?
    public var jwksURI: String
    public var endSessionEndpoint: String?
    public var scopesSupported: [String] = StandardScope.allCases.map(\.rawValue)
    public var grantTypesSupported: [GrantType] = GrantType.allCases
    public var subjectTypesSupported: [SubjectType] = SubjectType.allCases
    public var idTokenSigningAlgValuesSupported: [SignatureAlgorithm] = [.rs256]
    public var tokenEndpointAuthMethodsSupported: [TokenEndpointAuthMethod] = TokenEndpointAuthMethod.allCases
    public var tokenEndpointAuthSigningAlgValuesSupported: [SignatureAlgorithm] = SignatureAlgorithm.allCases
    public var claimsSupported: [String] = StandardClaims.all
    public var acrValuesSupported: [String] = []
    public var uiLocalesSupported: [String] = []
    public var displayValuesSupported: [Display] = Display.allCases
    public var promptValuesSupported: [Prompt] = Prompt.allCases
    public var serviceDocumentation: String?
    public var policyURI: String?
    public var tosURI: String?

    public init(
        issuer: Issuer, authorizationEndpoint: String, tokenEndpoint: String, userinfoEndpoint: String? = nil, jwksURI: String,
        endSessionEndpoint: String? = nil
    ) {
        self.issuer = issuer
        self.authorizationEndpoint = authorizationEndpoint
        self.tokenEndpoint = tokenEndpoint
        self.userinfoEndpoint = userinfoEndpoint
        self.jwksURI = jwksURI
        self.endSessionEndpoint = endSessionEndpoint
    }

    /// The document. Members without elements are left out (RFC 8414 §3.2); what a client would otherwise assume is stated.
    public func json() -> JSONObject {
        var object: JSONObject = [
            "issuer": .string(issuer.text),
            "authorization_endpoint": .string(authorizationEndpoint),
            "token_endpoint": .string(tokenEndpoint),
        ]
        object["userinfo_endpoint"] = userinfoEndpoint.map { .string($0) }
        object["jwks_uri"] = .string(jwksURI)
        object["end_session_endpoint"] = endSessionEndpoint.map { .string($0) }
        func list(_ name: String, _ values: [String]) {
            if !values.isEmpty { object[name] = .array(values.map { .string($0) }) }
        }
        list("scopes_supported", scopesSupported)
        list("response_types_supported", ["code"])
        list("response_modes_supported", ResponseMode.allCases.map(\.rawValue))
        list("grant_types_supported", grantTypesSupported.map(\.rawValue))
        list("acr_values_supported", acrValuesSupported)
        list("subject_types_supported", subjectTypesSupported.map(\.rawValue))
        list("id_token_signing_alg_values_supported", idTokenSigningAlgValuesSupported.map(\.rawValue))
        list("token_endpoint_auth_methods_supported", tokenEndpointAuthMethodsSupported.map(\.rawValue))
        if tokenEndpointAuthMethodsSupported.contains(.privateKeyJWT) {
            list("token_endpoint_auth_signing_alg_values_supported", tokenEndpointAuthSigningAlgValuesSupported.map(\.rawValue))
        }
        list("display_values_supported", displayValuesSupported.map(\.rawValue))
        list("prompt_values_supported", promptValuesSupported.map(\.rawValue))
        list("claim_types_supported", ["normal"])
        list("claims_supported", claimsSupported)
        list("ui_locales_supported", uiLocalesSupported)
        list("code_challenge_methods_supported", ["S256"])
        object["claims_parameter_supported"] = true
        object["request_parameter_supported"] = false
        // OpenID Connect Discovery §3: clients assume true where this is missing.
        object["request_uri_parameter_supported"] = false
        object["authorization_response_iss_parameter_supported"] = true
        object["service_documentation"] = serviceDocumentation.map { .string($0) }
        object["op_policy_uri"] = policyURI.map { .string($0) }
        object["op_tos_uri"] = tosURI.map { .string($0) }
        return object
    }
}
