/// One area's catalogue of refusals: each case is a reference that never changes its meaning, so that a log line, an `error_uri` and
/// the documentation speak of the same thing. Modules above add catalogues of their own.
public protocol FailureReference: RawRepresentable<String>, CaseIterable, Sendable, Hashable {
    /// The `error` that a client sees.
    var code: OAuthFailure.Code { get }
    /// What was wrong, in one sentence for a developer.
    var meaning: String { get }
    /// The reference that a client is shown, where this one would tell it more than it may know.
    var shown: Self { get }
}

extension FailureReference {
    public var shown: Self { self }
}

/// The refusals of one area in the order of their numbers, for whoever looks one up.
public struct FailureCatalogue: Sendable {
    public struct Entry: Sendable, Hashable {
        public let reference: String
        public let code: OAuthFailure.Code
        public let meaning: String
        /// What a client is shown in place of `reference`; mostly the same.
        public let shown: String
    }

    /// What is refused here, in a few words.
    public let subject: String
    public let entries: [Entry]

    public init(_ subject: String, _ references: (some FailureReference).Type) {
        self.subject = subject
        entries = references.allCases.map { Entry(reference: $0.rawValue, code: $0.code, meaning: $0.meaning, shown: $0.shown.rawValue) }
    }

    /// The refusals of this module.
    public static var ofProtocol: [FailureCatalogue] {
        [
            FailureCatalogue("Forms and queries", FormReference.self),
            FailureCatalogue("Scopes", ScopeReference.self),
            FailureCatalogue("Authorization requests", AuthorizationReference.self),
            FailureCatalogue("The claims parameter", ClaimsReference.self),
            FailureCatalogue("PKCE", PKCEReference.self),
            FailureCatalogue("Client credentials", CredentialsReference.self),
            FailureCatalogue("Token requests", TokenReference.self),
            FailureCatalogue("Access tokens in requests", BearerReference.self),
            FailureCatalogue("Redirect addresses in registrations", RedirectReference.self),
            FailureCatalogue("Registrations", RegistrationReference.self),
            FailureCatalogue("Logout requests", LogoutReference.self),
            FailureCatalogue("The issuer's address", IssuerReference.self),
        ]
    }
}
