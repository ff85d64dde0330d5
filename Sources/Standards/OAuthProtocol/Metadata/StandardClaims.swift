/// The standard claims about a resident (OpenID Connect Core §5.1) and the scopes that ask for them (§5.4).
public enum StandardClaims {
    public static func names(for scope: StandardScope) -> [String] {
        switch scope {
        case .openid: ["sub"]
        case .profile: profile
        case .email: ["email", "email_verified"]
        case .address: ["address"]
        case .phone: ["phone_number", "phone_number_verified"]
        case .offlineAccess: []
        }
    }

    /// All of them, `sub` first.
    public static let all: [String] = StandardScope.allCases.flatMap(names(for:))

    private static let profile = [
        "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender",
        "birthdate", "zoneinfo", "locale", "updated_at",
    ]
}
