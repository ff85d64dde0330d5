import Cryptography
import Domain
import OAuthProtocol

/// What a token request has earned, once its grant is spent.
enum Redemption: Sendable {
    /// A resident's grant: from a code, or from a refresh token.
    case resident(ResidentRedemption)
    /// The client itself (client_credentials).
    case client(scope: ScopeSet)
}

struct ResidentRedemption: Sendable {
    let grant: Grant
    let resident: Resident
    /// The scope of the access token: the grant's, or the part of it that a refresh asked for.
    let scope: ScopeSet
    let refreshToken: BearerToken?
    /// OpenID Connect Core §12.2: a refreshed ID token should not carry a nonce.
    let nonce: String?
}

/// The outcome of a transaction that must commit even when it refuses: a replay revokes.
enum RedemptionOutcome: Sendable {
    case redeemed(ResidentRedemption)
    case refused(OAuthFailure)

    func get() throws(OAuthFailure) -> Redemption {
        switch self {
        case .redeemed(let redemption): return .resident(redemption)
        case .refused(let failure): throw failure
        }
    }
}
