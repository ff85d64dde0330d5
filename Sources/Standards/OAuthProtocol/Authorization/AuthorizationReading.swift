/// The rules for the single parameters of an authorization request.
enum AuthorizationReading {
    static let maximumStateBytes = 2048
    static let maximumNonceBytes = 512

    // OpenID Connect Core §6.1, §6.2 and §7.2.1: what is not supported must be refused by its own error, never ignored.
    static func refuseIndirectRequests(_ parameters: FormParameters) throws(OAuthFailure) {
        let hasObject = parameters["request"] != nil
        let hasReference = parameters["request_uri"] != nil
        if hasObject, hasReference { throw OAuthFailure(AuthorizationReference.requestTwice) }
        if hasObject { throw OAuthFailure(AuthorizationReference.requestObject) }
        if hasReference { throw OAuthFailure(AuthorizationReference.requestURI) }
        if parameters["registration"] != nil { throw OAuthFailure(AuthorizationReference.registration) }
    }

    // RFC 6749 §3.1.1: one value, or a registered list of them; "code code" is neither.
    static func checkResponseType(_ text: String?) throws(OAuthFailure) {
        guard let text else { throw OAuthFailure(AuthorizationReference.responseTypeMissing) }
        guard text == "code" else { throw OAuthFailure(AuthorizationReference.responseTypeUnsupported) }
    }

    static func responseMode(_ text: String?) throws(OAuthFailure) -> ResponseMode? {
        guard let text else { return nil }
        guard let mode = ResponseMode(rawValue: text) else { throw OAuthFailure(AuthorizationReference.responseMode) }
        return mode
    }

    static func state(_ text: String?) throws(OAuthFailure) -> String? {
        guard let text else { return nil }
        guard text.utf8.count <= maximumStateBytes else { throw OAuthFailure(AuthorizationReference.stateTooLong) }
        guard text.hasNoControls else { throw OAuthFailure(AuthorizationReference.stateCharacters) }
        return text
    }

    static func nonce(_ text: String?) throws(OAuthFailure) -> String? {
        guard let text else { return nil }
        guard text.utf8.count <= maximumNonceBytes else { throw OAuthFailure(AuthorizationReference.nonceTooLong) }
        guard text.hasNoControls else { throw OAuthFailure(AuthorizationReference.nonceCharacters) }
        return text
    }

    static func prompt(_ text: String?) throws(OAuthFailure) -> Set<Prompt> {
        guard let text else { return [] }
        var prompts: Set<Prompt> = []
        for word in text.words {
            // Initiating User Registration §4: a server without it answers prompt=create with an error as well.
            guard let prompt = Prompt(rawValue: String(word)) else {
                throw OAuthFailure(AuthorizationReference.promptUnknown, "The parameter 'prompt' has the unsupported value '\(word.prefix(40))'.")
            }
            prompts.insert(prompt)
        }
        // OpenID Connect Core §3.1.2.1: none with any other value is an error.
        if prompts.contains(.none), prompts.count > 1 { throw OAuthFailure(AuthorizationReference.promptNoneWithOthers) }
        return prompts
    }

    static func maxAge(_ text: String?) throws(OAuthFailure) -> Duration? {
        guard let text else { return nil }
        guard text.utf8.count <= 10, text.utf8.allSatisfy(\.isDigit), let seconds = Int64(text), seconds <= 1 << 31 else {
            throw OAuthFailure(AuthorizationReference.maxAge)
        }
        return .seconds(seconds)
    }

    static func loginHint(_ text: String?) -> String? {
        guard let text, text.utf8.count <= 320, text.hasNoControls else { return nil }
        return text
    }

    static func idTokenHint(_ text: String?) throws(OAuthFailure) -> String? {
        guard let text else { return nil }
        guard text.utf8.count <= 4096, text.utf8.allSatisfy(\.isUnreserved) else { throw OAuthFailure(AuthorizationReference.idTokenHint) }
        return text
    }

    /// At most 16 values of visible ASCII; the rest is dropped, for `acr_values` is a wish.
    static func acrValues(_ text: String?) -> [String] {
        guard let text else { return [] }
        return text.words.map(String.init).filter { $0.isVisibleASCII(upTo: 256) }.prefix(16).map { $0 }
    }

    static func codeChallenge(_ parameters: FormParameters) throws(OAuthFailure) -> CodeChallenge? {
        let method = parameters["code_challenge_method"]
        guard let challenge = parameters["code_challenge"] else {
            if method != nil { throw OAuthFailure(PKCEReference.challengeMissing) }
            return nil
        }
        return try CodeChallenge(challenge: challenge, method: method)
    }
}

/// Why an authorization request was refused.
public enum AuthorizationReference: String, FailureReference {
    case clientIDMissing = "AUTHZ-01"
    case clientIDMalformed = "AUTHZ-02"
    case responseTypeMissing = "AUTHZ-03"
    case responseTypeUnsupported = "AUTHZ-04"
    case responseMode = "AUTHZ-05"
    case stateTooLong = "AUTHZ-06"
    case stateCharacters = "AUTHZ-07"
    case nonceTooLong = "AUTHZ-08"
    case nonceCharacters = "AUTHZ-09"
    case promptUnknown = "AUTHZ-10"
    case promptNoneWithOthers = "AUTHZ-11"
    case maxAge = "AUTHZ-12"
    case idTokenHint = "AUTHZ-13"
    case requestObject = "AUTHZ-14"
    case requestURI = "AUTHZ-15"
    case requestTwice = "AUTHZ-16"
    case registration = "AUTHZ-17"
    case tooLarge = "AUTHZ-18"

    public var code: OAuthFailure.Code {
        switch self {
        case .responseTypeUnsupported: .unsupportedResponseType
        case .requestObject: .requestNotSupported
        case .requestURI: .requestURINotSupported
        case .registration: .registrationNotSupported
        default: .invalidRequest
        }
    }

    public var meaning: String {
        switch self {
        case .clientIDMissing: "The parameter 'client_id' is missing."
        case .clientIDMalformed: "The parameter 'client_id' must be 1 to 256 visible ASCII characters."
        case .responseTypeMissing: "The parameter 'response_type' is missing."
        case .responseTypeUnsupported: "The parameter 'response_type' must be 'code'."
        case .responseMode: "The parameter 'response_mode' must be 'query' or 'form_post'."
        case .stateTooLong: "The parameter 'state' is longer than 2048 bytes."
        case .stateCharacters: "The parameter 'state' contains control characters."
        case .nonceTooLong: "The parameter 'nonce' is longer than 512 bytes."
        case .nonceCharacters: "The parameter 'nonce' contains control characters."
        case .promptUnknown: "The parameter 'prompt' has an unsupported value."
        case .promptNoneWithOthers: "The parameter 'prompt' names 'none' together with another value."
        case .maxAge: "The parameter 'max_age' must be a whole number of seconds from 0 to 2147483648."
        case .idTokenHint: "The parameter 'id_token_hint' is not an ID token."
        case .requestObject: "The parameter 'request' is not supported; send the parameters themselves."
        case .requestURI: "The parameter 'request_uri' is not supported; send the parameters themselves."
        case .requestTwice: "The parameters 'request' and 'request_uri' exclude each other."
        case .registration: "The parameter 'registration' is not supported; register the client beforehand."
        case .tooLarge: "The parameters of the authorization request are longer than 5120 bytes together."
        }
    }
}
