import Domain
import OAuthProtocol

extension Client {
    /// The part of a requested scope that the registration allows; unknown values are left out (OpenID Connect Core §3.1.2.1).
    /// A registration that names no scope may ask for the standard ones.
    func allowedScope(_ requested: ScopeSet) -> ScopeSet {
        requested.filter(mayAskFor)
    }

    private func mayAskFor(_ value: String) -> Bool {
        // OpenID Connect Core §11: without refresh tokens offline_access means nothing, and is ignored.
        if value == StandardScope.offlineAccess.rawValue, !metadata.grantTypes.contains(.refreshToken) { return false }
        return metadata.scope.map { $0.contains(value) } ?? (StandardScope(rawValue: value) != nil)
    }
}
