import Cryptography
import Primitives

/// The members that have rules of their own.
extension MetadataReader {
    func clientName() throws(OAuthFailure) -> String {
        guard let name = try string("client_name") else {
            throw failure(.nameMissing, "client_name", "is missing: residents are asked for consent by this name")
        }
        return try checkedName(name, "client_name")
    }

    func localizedNames() throws(OAuthFailure) -> [String: String] {
        var names: [String: String] = [:]
        for member in json.names where member.hasPrefix("client_name#") {
            let tag = member.dropFirst("client_name#".count)
            guard LanguageTag.isPlausible(tag) else { throw failure(.languageTag, member, "does not end in a language tag") }
            guard names.count < 50 else { throw failure(.tooMany, member, "is one translation too many: 50 are kept") }
            guard let name = try string(member) else { continue }
            guard names.updateValue(try checkedName(name, member), forKey: tag.lowercased()) == nil else {
                throw failure(.duplicate, member, "repeats a language")
            }
        }
        return names
    }

    /// Characters that hide or reorder text would let one agency pass for another. The joiners of several scripts are not among them.
    private func checkedName(_ name: String, _ member: String) throws(OAuthFailure) -> String {
        let isLegal = name.unicodeScalars.allSatisfy { scalar in
            if scalar.value == 0x200C || scalar.value == 0x200D { return true }
            switch scalar.properties.generalCategory {
            case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator: return false
            default: return true
            }
        }
        guard isLegal, name.count <= 200, name.utf8.count <= 1000, !name.allSatisfy(\.isWhitespace) else {
            throw failure(.text, member, "must be 1 to 200 visible characters")
        }
        return name
    }

    func grantTypes() throws(OAuthFailure) -> [GrantType] {
        guard let names = try strings("grant_types") else { return [.authorizationCode] }
        var grants: [GrantType] = []
        for name in names {
            guard let grant = GrantType(rawValue: name) else {
                throw failure(.grantType, "grant_types", "names the unsupported grant '\(name.prefix(80))'")
            }
            grants.append(grant)
        }
        guard !grants.isEmpty else { throw failure(.grantType, "grant_types", "is empty") }
        guard !grants.contains(.refreshToken) || grants.contains(.authorizationCode) else {
            throw failure(.grantType, "grant_types", "names refresh_token without authorization_code")
        }
        return grants
    }

    // RFC 7591 §2.1: the response type code and the grant authorization_code belong together.
    func responseTypes(for grantTypes: [GrantType]) throws(OAuthFailure) -> [String] {
        let expected = grantTypes.contains(.authorizationCode) ? ["code"] : []
        guard let names = try strings("response_types") else { return expected }
        guard names.allSatisfy({ $0 == "code" }) else { throw failure(.responseType, "response_types", "may hold only 'code'") }
        guard names == expected else {
            throw failure(.responseType, "response_types", "must hold 'code' exactly when grant_types holds authorization_code")
        }
        return names
    }

    func redirectURIs(_ name: String, _ type: ApplicationType) throws(OAuthFailure) -> [RedirectURI] {
        guard let member = json[name] else { return [] }
        guard let texts = member.stringArray else { throw failure(.type, name, "must be an array of strings") }
        guard texts.count <= 50 else { throw OAuthFailure(RedirectReference.tooMany) }
        var uris: [RedirectURI] = []
        for text in texts {
            let uri = try RedirectURI(registering: text, applicationType: type, operatorRegistered: operatorRegistered)
            guard !uris.contains(uri) else { throw RedirectReference.duplicate.failure(text) }
            uris.append(uri)
        }
        return uris
    }

    func assertionAlgorithm(for method: TokenEndpointAuthMethod) throws(OAuthFailure) -> SignatureAlgorithm? {
        let name = "token_endpoint_auth_signing_alg"
        let algorithm: SignatureAlgorithm? = try choice(name)
        if algorithm != nil, method != .privateKeyJWT { throw failure(.assertionAlgorithm, name, "applies only to private_key_jwt") }
        return algorithm
    }

    func scope() throws(OAuthFailure) -> ScopeSet? {
        guard let text = try string("scope") else { return nil }
        do throws(OAuthFailure) {
            return try ScopeSet(parsing: text)
        } catch {
            throw failure(.scope, "scope", "is not a space-separated list of scope values")
        }
    }

    // OpenID Connect Core §8.1: the sector is the one host of the redirect URIs, or it is named.
    func sectorIdentifier(_ subjectType: SubjectType, _ redirectURIs: [RedirectURI]) throws(OAuthFailure) -> String? {
        if json["sector_identifier_uri"] != nil {
            throw failure(.sector, "sector_identifier_uri", "is not supported, for nothing is fetched; an operator can set sector_identifier")
        }
        if let sector = try string("sector_identifier") {
            guard HostName.isValid(sector) else { throw failure(.sector, "sector_identifier", "must be a host name in lower case") }
            return sector
        }
        // A loopback address names no organisation: a client that has no other is a sector of its own.
        let lasting = redirectURIs.filter { !$0.isLoopback }
        guard subjectType == .pairwise, !lasting.isEmpty else { return nil }
        let hosts = Set(lasting.map(\.host))
        guard hosts.count == 1, let host = lasting[0].host else {
            throw failure(.sector, "sector_identifier", "is needed for pairwise subjects, because the redirect URIs do not share one host")
        }
        return host
    }

    func audience() throws(OAuthFailure) -> [String] {
        let name = "access_token_audience"
        guard let audience = try strings(name, limit: 10) else { return [] }
        guard !audience.isEmpty, audience.allSatisfy({ $0.isVisibleASCII(upTo: 512) }) else {
            throw failure(.audience, name, "must hold 1 to 10 values of visible ASCII characters")
        }
        return audience
    }

    func contacts() throws(OAuthFailure) -> [String] {
        guard let contacts = try strings("contacts", limit: 20) else { return [] }
        guard contacts.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 254 && $0.hasNoControls }) else {
            throw failure(.text, "contacts", "holds an empty or overlong entry or one with control characters")
        }
        return contacts
    }
}

/// Why client metadata was refused.
public enum RegistrationReference: String, FailureReference {
    case unknownMember = "REG-01"
    case type = "REG-02"
    case text = "REG-03"
    case choice = "REG-04"
    case tooMany = "REG-05"
    case duplicate = "REG-06"
    case address = "REG-07"
    case nameMissing = "REG-08"
    case languageTag = "REG-09"
    case grantType = "REG-10"
    case responseType = "REG-11"
    case assertionAlgorithm = "REG-12"
    case keysMissing = "REG-13"
    case keysByReference = "REG-14"
    case keys = "REG-15"
    case scope = "REG-16"
    case sector = "REG-17"
    case audience = "REG-18"
    case publicClientCredentials = "REG-19"
    case publicWithoutPKCE = "REG-20"
    case operatorOnly = "REG-21"

    public var code: OAuthFailure.Code { .invalidClientMetadata }

    public var meaning: String {
        switch self {
        case .unknownMember: "A member is not known to this server."
        case .type: "A member has the wrong JSON type or is out of range."
        case .text: "A text is empty, too long or contains characters that hide or reorder it."
        case .choice: "A member has a value that this server does not support."
        case .tooMany: "A list is too long."
        case .duplicate: "A list repeats an element."
        case .address: "A member must be an https address."
        case .nameMissing: "The member 'client_name' is missing."
        case .languageTag: "A translated member does not end in a language tag."
        case .grantType: "The member 'grant_types' is empty, unsupported or inconsistent."
        case .responseType: "The member 'response_types' does not fit 'grant_types'."
        case .assertionAlgorithm: "The member 'token_endpoint_auth_signing_alg' applies only to private_key_jwt."
        case .keysMissing: "The method private_key_jwt needs a key in the member 'jwks'."
        case .keysByReference: "The member 'jwks_uri' is not supported, for nothing is fetched; send 'jwks'."
        case .keys: "The member 'jwks' is not a set of public keys that this server can use."
        case .scope: "The member 'scope' is not a space-separated list of scope values."
        case .sector: "The sector for pairwise subjects cannot be told."
        case .audience: "The member 'access_token_audience' must hold visible ASCII values."
        case .publicClientCredentials: "The grant client_credentials needs a client that authenticates; the method is 'none'."
        case .publicWithoutPKCE: "The member 'require_pkce' must stay true for a client that does not authenticate."
        case .operatorOnly: "A member of this server's own may be set by an operator only."
        }
    }
}
