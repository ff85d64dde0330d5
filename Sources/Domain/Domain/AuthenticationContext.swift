/// The authentication context classes that Portico states in `acr` (OpenID Connect Core §2).
public enum AuthenticationContext {
    /// One factor, a password: authenticator assurance level 1 of NIST SP 800-63B.
    public static let password = "urn:portico:aal:1"
}
