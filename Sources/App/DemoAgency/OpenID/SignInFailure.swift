/// Why a sign-in or a sign-out did not happen: a kind that decides what the resident reads, and a detail for the agency's log.
struct SignInFailure: Error, Hashable {
    enum Kind: Hashable {
        /// The provider did not answer, or not with what OpenID Connect asks of it.
        case providerUnavailable
        /// The resident said no (`access_denied`).
        case declined
        /// The provider answered with another error code.
        case providerRefused
        /// No sign-in was begun in this browser, or too long ago.
        case expired
        /// The answer is not one to this browser's question, or a token did not pass a check.
        case untrusted
    }

    let kind: Kind
    let detail: String

    init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }
}

extension SignInFailure.Kind {
    /// What the resident reads: what happened, and what to do now.
    var explanation: (title: String, happened: String, advice: String) {
        switch self {
        case .providerUnavailable:
            ("Sign-in is not available right now", "We could not reach Portico, which signs people in for us.", "Wait a minute, then try again.")
        case .declined:
            ("You did not sign in", "You chose not to share your details with us, so nothing was sent.", "You can try again whenever you like.")
        case .providerRefused:
            ("You are not signed in", "Portico answered that it cannot sign you in for us at the moment.", "Try again. If it happens twice, tell us.")
        case .expired:
            (
                "This sign-in is too old", "It was begun more than ten minutes ago, in another browser, or your browser did not keep our cookie.",
                "Start again from here."
            )
        case .untrusted:
            (
                "We stopped this sign-in", "The answer we received did not pass our checks, so we did not use it.",
                "Start again from here, not from a link that someone sent you."
            )
        }
    }
}
