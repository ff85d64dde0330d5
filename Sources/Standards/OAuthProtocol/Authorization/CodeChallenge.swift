import Cryptography
import Primitives

/// A PKCE challenge (RFC 7636) by the method S256, the only one taken (RFC 9700 §2.1.1).
public struct CodeChallenge: Sendable, Hashable {
    /// BASE64URL(SHA-256(verifier)): always 43 characters.
    public let challenge: String
    private let digest: [UInt8]

    /// - Parameters:
    ///   - challenge: the parameter `code_challenge`.
    ///   - method: the parameter `code_challenge_method`; absent means `plain` (RFC 7636 §4.3) and is refused.
    public init(challenge: String, method: String?) throws(OAuthFailure) {
        guard let method else { throw OAuthFailure(PKCEReference.methodMissing) }
        guard method == "S256" else { throw OAuthFailure(PKCEReference.methodUnsupported) }
        guard challenge.utf8.count == 43, let digest = Base64URL.decode(challenge) else { throw OAuthFailure(PKCEReference.challengeMalformed) }
        self.challenge = challenge
        self.digest = digest
    }

    /// Whether the verifier is the challenge's (RFC 7636 §4.6), compared in constant time. A malformed verifier never is.
    public func isSatisfied(by verifier: String) -> Bool {
        guard Self.isVerifier(verifier) else { return false }
        return constantTimeEquals(Digest.sha256.hash(verifier.utf8), digest)
    }

    // RFC 7636 §4.1: code-verifier = 43*128unreserved
    static func isVerifier(_ text: String) -> Bool {
        (43...128).contains(text.utf8.count) && text.utf8.allSatisfy(\.isUnreserved)
    }
}

/// Why the proof of possession of a code was refused.
public enum PKCEReference: String, FailureReference {
    case methodMissing = "PKCE-01"
    case methodUnsupported = "PKCE-02"
    case challengeMalformed = "PKCE-03"
    case challengeMissing = "PKCE-04"
    case verifierMalformed = "PKCE-05"

    public var code: OAuthFailure.Code { self == .verifierMalformed ? .invalidGrant : .invalidRequest }

    public var meaning: String {
        switch self {
        case .methodMissing: "The parameter 'code_challenge_method' is missing, which means 'plain'; only 'S256' is supported."
        case .methodUnsupported: "The parameter 'code_challenge_method' must be 'S256'."
        case .challengeMalformed: "The parameter 'code_challenge' must be the 43 base64url characters of a SHA-256 digest."
        case .challengeMissing: "The parameter 'code_challenge_method' was sent without 'code_challenge'."
        case .verifierMalformed: "The parameter 'code_verifier' must be 43 to 128 letters, digits or '-', '.', '_', '~'."
        }
    }
}
