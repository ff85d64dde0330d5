/// One area's catalogue of refusals: each case is a reference that never changes its meaning, so that a log line, an `error_uri` and
/// the documentation speak of the same thing. Modules above add catalogues of their own.
public protocol FailureReference: RawRepresentable<String>, CaseIterable, Sendable, Hashable {
    /// The `error` that a client sees.
    var code: OAuthFailure.Code { get }
    /// What was wrong, in one sentence for a developer.
    var meaning: String { get }
}

/// The refusals of this module, for generated documentation.
public enum FailureCatalogue {
    public struct Entry: Sendable, Hashable {
        public let reference: String
        public let code: OAuthFailure.Code
        public let meaning: String
    }

    public static var entries: [Entry] {
        list(FormReference.self) + list(ScopeReference.self) + list(AuthorizationReference.self) + list(ClaimsReference.self)
            + list(PKCEReference.self) + list(CredentialsReference.self) + list(TokenReference.self) + list(BearerReference.self)
            + list(RedirectReference.self) + list(RegistrationReference.self) + list(LogoutReference.self) + list(IssuerReference.self)
    }

    /// The entries of one catalogue, in the order of its cases.
    public static func list<Reference: FailureReference>(_ catalogue: Reference.Type) -> [Entry] {
        catalogue.allCases.map { Entry(reference: $0.rawValue, code: $0.code, meaning: $0.meaning) }
    }
}
