public import Cryptography

/// The secrets that are made once and never shown: one for each purpose, so that none serves two.
public struct RingSecrets: Sendable {
    /// Keys the pairwise subjects (OpenID Connect Core §8.1). Changing it would make every resident a stranger to every agency.
    public let pairwise: Secret
    /// Argon2's secret K (RFC 9106 §3.1); a hash names the pepper it was made with.
    public let pepper: Secret
    /// Seals the tickets that carry a pending authorization request.
    public let tickets: Secret
    /// Keys the bucket numbers of failure counters.
    public let throttle: Secret
    /// Derives the successor of a refresh token, so that a repeated request gets the same one.
    public let successors: Secret
    /// Authenticates forms.
    public let forms: Secret
    /// Seals the cookie by which a browser that signed in before is known again.
    public let browsers: Secret

    /// Thirty-two random bytes each, kept nowhere: for what needs secrets but no database.
    public static func random() -> RingSecrets {
        RingSecrets { _ in .random(Name.length) }
    }

    /// Opens what is stored under a master key that is known to be the right one.
    init(stored: [Name: [UInt8]], masterKey: MasterKey) throws(KeyRingError) {
        try self.init { name throws(KeyRingError) in
            guard let sealed = stored[name], let secret = masterKey.open(sealed, as: .secret(name)), secret.count == Name.length else {
                throw .damaged("the sealed secret \(name.rawValue)")
            }
            return secret
        }
    }

    private init<Failure: Error>(_ secret: (Name) throws(Failure) -> Secret) throws(Failure) {
        pairwise = try secret(.pairwise)
        pepper = try secret(.pepper)
        tickets = try secret(.tickets)
        throttle = try secret(.throttle)
        successors = try secret(.successors)
        forms = try secret(.forms)
        browsers = try secret(.browsers)
    }

    /// The names under which sealed secrets are stored.
    enum Name: String, Sendable, CaseIterable {
        /// Serves no purpose but to tell whether a master key is the right one.
        case check
        case pairwise, pepper, tickets, throttle, successors, forms, browsers

        static let length = 32
    }
}
