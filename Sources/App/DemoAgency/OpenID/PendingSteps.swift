import Primitives

/// What the agency must still know when the browser comes back from signing in.
struct PendingSignIn: Sendable, Hashable {
    let state: String
    let nonce: String
    /// The PKCE code verifier (RFC 7636 §4.1).
    let verifier: String
    let begunAt: Instant
}

/// What the agency must still know when the browser comes back from signing out.
struct PendingSignOut: Sendable, Hashable {
    let state: String
    let begunAt: Instant
}

extension PendingSignIn {
    var json: JSONObject {
        ["state": .string(state), "nonce": .string(nonce), "verifier": .string(verifier), "begun": .integer(begunAt.milliseconds)]
    }

    init?(json: JSONObject) {
        guard let state = json["state"]?.stringValue, let nonce = json["nonce"]?.stringValue, let verifier = json["verifier"]?.stringValue,
            let begun = json["begun"]?.integerValue
        else { return nil }
        self.init(state: state, nonce: nonce, verifier: verifier, begunAt: Instant(milliseconds: begun))
    }
}

extension PendingSignOut {
    var json: JSONObject { ["state": .string(state), "begun": .integer(begunAt.milliseconds)] }

    init?(json: JSONObject) {
        guard let state = json["state"]?.stringValue, let begun = json["begun"]?.integerValue else { return nil }
        self.init(state: state, begunAt: Instant(milliseconds: begun))
    }
}
