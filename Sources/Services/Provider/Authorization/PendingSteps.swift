import Domain
import OAuthProtocol
import Primitives
import Residents

/// Decides what a resident must still do before an authorization request can be answered, in this order: sign in,
/// choose the account, consent. With `prompt=none` whatever is missing is an error instead (OpenID Connect Core §3.1.2.6).
struct PendingSteps: Sendable {
    /// What is missing before the resident can be asked for consent.
    enum Identification {
        case signIn(SignInReason)
        case chooseAccount
        case done(ActiveSession)
    }

    let subjects: Subjects
    let hints: IDTokenHints

    func identify(
        for pending: PendingAuthorization, session: ActiveSession?, at now: Instant
    ) throws(OAuthFailure) -> Identification {
        let prompt = pending.request.prompt
        try checkAuthenticationContext(pending.request)
        let hinted = try hints.subject(of: pending.request.idTokenHint, for: pending.client)
        guard let session, isMeant(session, by: hinted, pending) else {
            return .signIn(try signInNeeded(pending))
        }
        if mustSignInAgain(pending, session.session, at: now) {
            guard !prompt.contains(.none) else {
                throw OAuthFailure(FlowReference.signInTooOld)
            }
            return .signIn(.again)
        }
        if prompt.contains(.selectAccount), !pending.accountChosen, session.session.authTime < pending.startedAt {
            return .chooseAccount
        }
        return .done(session)
    }

    /// What may be released without asking, or nil where the resident must be asked.
    func release(_ question: ConsentQuestion, for pending: PendingAuthorization) throws(OAuthFailure) -> Release? {
        if !pending.request.prompt.contains(.consent), let release = question.rememberedRelease { return release }
        guard !pending.request.prompt.contains(.none) else { throw OAuthFailure(FlowReference.consentMissing) }
        return nil
    }

    /// Asks for a sign-in where nobody is signed in whom the request could mean, or no longer.
    func signInNeeded(_ pending: PendingAuthorization) throws(OAuthFailure) -> SignInReason {
        guard !pending.request.prompt.contains(.none) else { throw OAuthFailure(FlowReference.nobodySignedIn) }
        return .needed
    }

    /// OpenID Connect Core §5.5.1.1: an essential `acr` that cannot be met fails the request; `acr_values` alone never does.
    private func checkAuthenticationContext(_ request: AuthorizationRequest) throws(OAuthFailure) {
        guard let demand = request.claims.idToken["acr"], demand.essential, !demand.values.isEmpty else { return }
        guard demand.values.contains(.string(AuthenticationContext.password)) else {
            throw OAuthFailure(FlowReference.contextNotOffered)
        }
    }

    private func isMeant(_ session: ActiveSession, by hinted: String?, _ pending: PendingAuthorization) -> Bool {
        let subject = subjects.subject(of: session.resident.id, for: pending.client)
        if let hinted, hinted != subject { return false }
        // OpenID Connect Core §5.5.1: a `sub` asked for with a value must be the one that is signed in.
        for demand in [pending.request.claims.idToken["sub"], pending.request.claims.userinfo["sub"]] {
            if let values = demand?.values, !values.isEmpty, !values.contains(.string(subject)) { return false }
        }
        return true
    }

    private func mustSignInAgain(_ pending: PendingAuthorization, _ session: Session, at now: Instant) -> Bool {
        if session.authTime >= pending.startedAt { return false }
        if pending.request.prompt.contains(.login) { return true }
        guard let maxAge = pending.request.maxAge ?? pending.client.metadata.defaultMaxAge else { return false }
        return now.since(session.authTime) > maxAge || maxAge == .zero
    }
}

/// The authentication context classes that Portico states in `acr`.
public enum AuthenticationContext {
    /// One factor, a password: authenticator assurance level 1 of NIST SP 800-63B.
    public static let password = "urn:portico:aal:1"
}
