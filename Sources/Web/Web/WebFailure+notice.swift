import AuditLog
import OAuthProtocol
import Provider

extension WebFailure {
    /// What the security log says of a refusal that may be an attack; nil for everyday mistakes.
    var notice: SecurityNotice.Kind? {
        if case .page(.lostBrowser, _, _, _) = self { return .formRefused }
        guard let reference = cause?.reference else { return nil }
        if CredentialsReference(rawValue: reference) != nil { return .clientRefused }
        switch GrantReference(rawValue: reference) {
        case .clientNotAuthenticated: return .clientRefused
        case .codeReplayed: return .authorizationCodeReplayed
        case .refreshTokenReplayed: return .refreshTokenReplayed
        default: break
        }
        switch FlowReference(rawValue: reference) {
        case .unknownClient, .redirectURIUnregistered: return .redirectURIRefused
        case .ticketForeign: return .formRefused
        default: return nil
        }
    }
}
