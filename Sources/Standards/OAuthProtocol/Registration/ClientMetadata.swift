public import Cryptography
public import JOSE
public import Primitives

/// How a client authenticates at the token endpoint (OpenID Connect Core §9).
public enum TokenEndpointAuthMethod: String, Sendable, Hashable, CaseIterable {
    case clientSecretBasic = "client_secret_basic"
    case clientSecretPost = "client_secret_post"
    case privateKeyJWT = "private_key_jwt"
    case none

    /// Whether the client holds a secret that this server issued.
    public var usesSecret: Bool { self == .clientSecretBasic || self == .clientSecretPost }
}

/// Which subject identifiers a client sees (OpenID Connect Core §8).
public enum SubjectType: String, Sendable, Hashable, CaseIterable {
    case pairwise
    case `public`
}

/// What a client is, in the members of RFC 7591 §2, OpenID Connect Registration §2 and RP-Initiated Logout §3.1, consistent in itself.
///
/// Three members are this server's own, for an operator to set: `require_pkce`, `access_token_audience` and `sector_identifier`.
public struct ClientMetadata: Sendable, Hashable {
    /// 1 to 200 characters without control or direction characters.
    public let clientName: String
    /// By language tag, from `client_name#es` and its like.
    public let localizedNames: [String: String]
    public let applicationType: ApplicationType
    public let redirectURIs: [RedirectURI]
    public let postLogoutRedirectURIs: [RedirectURI]
    public let grantTypes: [GrantType]
    /// `code` for the grant authorization_code, otherwise empty.
    public let responseTypes: [String]
    public let tokenEndpointAuthMethod: TokenEndpointAuthMethod
    /// The only algorithm of the client's assertions, where it named one.
    public let tokenEndpointAuthSigningAlg: SignatureAlgorithm?
    public let jwks: JWKSet?
    /// What the client may ask for; nil where its registration does not say.
    public let scope: ScopeSet?
    public let subjectType: SubjectType
    /// The host that pairwise subjects are computed for; nil only where no subject of a resident is ever pairwise.
    public let sectorIdentifier: String?
    public let idTokenSignedResponseAlg: SignatureAlgorithm
    /// In force where a request has no `max_age`.
    public let defaultMaxAge: Duration?
    public let requireAuthTime: Bool
    public let requirePKCE: Bool
    /// The audience of access tokens; empty means the issuer.
    public let audience: [String]
    public let clientURI: String?
    public let logoURI: String?
    public let policyURI: String?
    public let tosURI: String?
    public let contacts: [String]
    /// Kept for the client's registration; nothing is sent there.
    public let backchannelLogoutURI: String?

    /// Reads a registration strictly.
    ///
    /// - Parameter operatorRegistered: what an operator registers, and what is read back from storage, may use `http` on loopback hosts
    ///   and this server's own members, and must not hold members this server does not know, so that typing errors are found.
    /// - Throws: `invalid_redirect_uri` or `invalid_client_metadata`, naming the member.
    public init(json: JSONObject, operatorRegistered: Bool) throws(OAuthFailure) {
        let reader = MetadataReader(json: json, operatorRegistered: operatorRegistered)
        try reader.refuseForeignMembers()
        clientName = try reader.clientName()
        localizedNames = try reader.localizedNames()
        applicationType = try reader.choice("application_type", default: ApplicationType.web)
        grantTypes = try reader.grantTypes()
        responseTypes = try reader.responseTypes(for: grantTypes)
        redirectURIs = try reader.redirectURIs("redirect_uris", applicationType)
        postLogoutRedirectURIs = try reader.redirectURIs("post_logout_redirect_uris", applicationType)
        tokenEndpointAuthMethod = try reader.choice("token_endpoint_auth_method", default: TokenEndpointAuthMethod.clientSecretBasic)
        tokenEndpointAuthSigningAlg = try reader.assertionAlgorithm(for: tokenEndpointAuthMethod)
        jwks = try reader.keys(for: tokenEndpointAuthMethod, algorithm: tokenEndpointAuthSigningAlg)
        scope = try reader.scope()
        subjectType = try reader.choice("subject_type", default: SubjectType.pairwise)
        sectorIdentifier = try reader.sectorIdentifier(subjectType, redirectURIs)
        idTokenSignedResponseAlg = try reader.choice("id_token_signed_response_alg", default: SignatureAlgorithm.rs256)
        defaultMaxAge = try reader.seconds("default_max_age")
        requireAuthTime = try reader.flag("require_auth_time", default: false)
        requirePKCE = try reader.flag("require_pkce", default: true)
        audience = try reader.audience()
        clientURI = try reader.webAddress("client_uri")
        logoURI = try reader.webAddress("logo_uri")
        policyURI = try reader.webAddress("policy_uri")
        tosURI = try reader.webAddress("tos_uri")
        contacts = try reader.contacts()
        backchannelLogoutURI = try reader.webAddress("backchannel_logout_uri")
        try checkConsistency()
    }

    /// Whether the client can keep a secret or a key (RFC 6749 §2.1).
    public var isConfidential: Bool { tokenEndpointAuthMethod != .none }

    /// The name in the first of `languages` that has one, also by its primary subtag, otherwise `client_name`.
    public func name(in languages: [String]) -> String {
        for language in languages {
            let tag = language.lowercased()
            if let name = localizedNames[tag] { return name }
            if let primary = tag.split(separator: "-").first, let name = localizedNames[String(primary)] { return name }
        }
        return clientName
    }

    private func checkConsistency() throws(OAuthFailure) {
        if grantTypes.contains(.authorizationCode), redirectURIs.isEmpty { throw OAuthFailure(RedirectReference.missing) }
        guard !isConfidential else { return }
        if grantTypes.contains(.clientCredentials) { throw OAuthFailure(RegistrationReference.publicClientCredentials) }
        if !requirePKCE { throw OAuthFailure(RegistrationReference.publicWithoutPKCE) }
    }
}
