public import Cryptography

/// How a client says who it is (RFC 6749 §2.3, RFC 7521 §4.2): exactly one method a request. Nothing has been verified.
public enum ClientCredentials: Sendable {
    case basic(ClientID, Secret)
    case post(ClientID, Secret)
    /// The JWT of `private_key_jwt` with the `client_id` sent beside it, if any.
    case assertion(ClientID?, jwt: String)
    case none(ClientID)

    /// `client_assertion_type` of RFC 7523 §2.2.
    public static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    static let maximumSecretBytes = 1024
    static let maximumAssertionBytes = 16_384

    /// - Parameters:
    ///   - authorizationHeader: the value of the header `Authorization`, as it came.
    ///   - form: the body's parameters; credentials in a query are none (RFC 6749 §2.3.1).
    /// - Throws: the failures of ``CredentialsReference``.
    public static func read(authorizationHeader: String?, form: FormParameters) throws(OAuthFailure) -> ClientCredentials {
        let bodyID = try clientID(form["client_id"])
        let secret = form["client_secret"]
        let assertion = form["client_assertion"]
        let methods = (authorizationHeader == nil ? 0 : 1) + (secret == nil ? 0 : 1) + (assertion == nil ? 0 : 1)
        guard methods <= 1 else { throw OAuthFailure(CredentialsReference.severalMethods) }
        if form["client_assertion_type"] != nil, assertion == nil { throw OAuthFailure(CredentialsReference.assertionMissing) }
        if let authorizationHeader {
            return try basic(authorizationHeader, bodyID: bodyID)
        }
        if let assertion {
            return try self.assertion(assertion, type: form["client_assertion_type"], bodyID: bodyID)
        }
        guard let bodyID else { throw OAuthFailure(CredentialsReference.missing) }
        guard let secret else { return .none(bodyID) }
        guard secret.utf8.count <= maximumSecretBytes else { throw OAuthFailure(CredentialsReference.secretTooLong) }
        return .post(bodyID, Secret(Array(secret.utf8)))
    }

    /// Nil for an assertion without `client_id`: the client is then the assertion's issuer.
    public var clientID: ClientID? {
        switch self {
        case .basic(let id, _), .post(let id, _), .none(let id): id
        case .assertion(let id, _): id
        }
    }

    private static func clientID(_ text: String?) throws(OAuthFailure) -> ClientID? {
        guard let text else { return nil }
        guard let id = ClientID(rawValue: text) else { throw OAuthFailure(CredentialsReference.clientIDMalformed) }
        return id
    }

    private static func assertion(_ jwt: String, type: String?, bodyID: ClientID?) throws(OAuthFailure) -> ClientCredentials {
        guard let type else { throw OAuthFailure(CredentialsReference.assertionTypeMissing) }
        guard type == assertionType else { throw OAuthFailure(CredentialsReference.assertionTypeUnsupported) }
        guard jwt.utf8.count <= maximumAssertionBytes, jwt.utf8.allSatisfy(\.isUnreserved) else {
            throw OAuthFailure(CredentialsReference.assertionMalformed)
        }
        return .assertion(bodyID, jwt: jwt)
    }

    private static func basic(_ header: String, bodyID: ClientID?) throws(OAuthFailure) -> ClientCredentials {
        guard let credentials = AuthorizationHeader.credentials(of: header, scheme: "basic") else {
            throw OAuthFailure(CredentialsReference.schemeUnsupported)
        }
        guard let (idBytes, secretBytes) = BasicCredentials.split(credentials) else { throw OAuthFailure(CredentialsReference.basicMalformed) }
        let idText: String
        let secretText: String
        do throws(FormDecodingError) {
            // RFC 6749 §2.3.1: both parts are form-encoded before they are joined.
            idText = try BasicCredentials.decode(idBytes)
            secretText = try BasicCredentials.decode(secretBytes)
        } catch {
            throw OAuthFailure(CredentialsReference.basicEncoding)
        }
        guard let id = ClientID(rawValue: idText) else { throw OAuthFailure(CredentialsReference.basicClientID) }
        guard !secretText.isEmpty else { throw OAuthFailure(CredentialsReference.basicSecretMissing) }
        guard secretText.utf8.count <= maximumSecretBytes else { throw OAuthFailure(CredentialsReference.secretTooLong) }
        if let bodyID, bodyID != id { throw OAuthFailure(CredentialsReference.clientIDDiffers) }
        return .basic(id, Secret(Array(secretText.utf8)))
    }
}

/// Why client credentials were refused before they were verified.
public enum CredentialsReference: String, FailureReference {
    case missing = "CLIENT-01"
    case severalMethods = "CLIENT-02"
    case clientIDMalformed = "CLIENT-03"
    case clientIDDiffers = "CLIENT-04"
    case schemeUnsupported = "CLIENT-05"
    case basicMalformed = "CLIENT-06"
    case basicEncoding = "CLIENT-07"
    case basicClientID = "CLIENT-08"
    case basicSecretMissing = "CLIENT-09"
    case secretTooLong = "CLIENT-10"
    case assertionTypeMissing = "CLIENT-11"
    case assertionTypeUnsupported = "CLIENT-12"
    case assertionMissing = "CLIENT-13"
    case assertionMalformed = "CLIENT-14"

    public var code: OAuthFailure.Code {
        switch self {
        case .severalMethods, .clientIDMalformed, .clientIDDiffers, .assertionTypeMissing, .assertionMissing: .invalidRequest
        default: .invalidClient
        }
    }

    public var meaning: String {
        switch self {
        case .missing: "The request names no client: send credentials, or 'client_id' for a public client."
        case .severalMethods: "The request authenticates the client in more than one way."
        case .clientIDMalformed: "The parameter 'client_id' must be 1 to 256 visible ASCII characters."
        case .clientIDDiffers: "The parameter 'client_id' differs from the client of the Authorization header."
        case .schemeUnsupported: "The Authorization header must use the scheme Basic."
        case .basicMalformed: "The Authorization header does not hold base64 of a client identifier, a colon and a secret."
        case .basicEncoding: "The client identifier or secret of the Authorization header is not correctly form-encoded."
        case .basicClientID: "The client identifier of the Authorization header must be 1 to 256 visible ASCII characters."
        case .basicSecretMissing: "The Authorization header holds no client secret; a public client sends 'client_id' in the body instead."
        case .secretTooLong: "The client secret is longer than any this server issues."
        case .assertionTypeMissing: "The parameter 'client_assertion_type' is missing."
        case .assertionTypeUnsupported: "The parameter 'client_assertion_type' must be '\(ClientCredentials.assertionType)'."
        case .assertionMissing: "The parameter 'client_assertion_type' was sent without 'client_assertion'."
        case .assertionMalformed: "The parameter 'client_assertion' is not a signed JWT."
        }
    }
}
