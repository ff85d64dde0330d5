import Domain
import OAuthProtocol

extension Client {
    /// The part of a requested scope that the registration allows; unknown values are left out (OpenID Connect Core §3.1.2.1).
    /// A registration that names no scope may ask for the standard ones.
    func allowedScope(_ requested: ScopeSet) -> ScopeSet {
        requested.filter(mayAskFor)
    }

    private func mayAskFor(_ value: String) -> Bool {
        if let registered = metadata.scope { return registered.contains(value) }
        guard let standard = StandardScope(rawValue: value) else { return false }
        return standard != .offlineAccess || metadata.grantTypes.contains(.refreshToken)
    }
}
