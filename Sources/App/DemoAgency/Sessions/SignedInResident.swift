import Primitives

/// A resident as this agency knows them: a pseudonym of its own, and the claims they agreed to share.
struct SignedInResident: Sendable {
    let idToken: IDToken
    /// The userinfo answer, about the same subject.
    let userInfo: JSONObject
    let signedInAt: Instant

    /// The pseudonym: another agency knows the same person under another one.
    var pseudonym: String { idToken.subject }

    /// How to greet them: what they shared of their name, else nothing.
    var displayName: String? {
        for name in ["given_name", "name", "preferred_username"] {
            if let value = (userInfo[name] ?? idToken.claims[name])?.stringValue, !value.isEmpty { return value }
        }
        return nil
    }
}
