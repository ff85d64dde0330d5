/// How the authorization response travels (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode).
public enum ResponseMode: String, Sendable, Hashable, CaseIterable {
    case query
    case formPost = "form_post"
}

/// What the resident must be asked again (OpenID Connect Core §3.1.2.1).
public enum Prompt: String, Sendable, Hashable, CaseIterable {
    case none
    case login
    case consent
    case selectAccount = "select_account"
}

/// How the client would like the pages shown (OpenID Connect Core §3.1.2.1): a wish, never an error.
public enum Display: String, Sendable, Hashable, CaseIterable {
    case page
    case popup
    case touch
    case wap
}
