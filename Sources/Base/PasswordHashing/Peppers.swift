internal import Cryptography

/// The peppers at hand, found by the name that a hash carries.
struct Peppers: Sendable {
    /// Nil where new hashes are made without a pepper.
    let current: Pepper?
    private let former: [Pepper]

    init(current: Secret?, former: [Secret]) {
        self.current = current.map(Pepper.init)
        self.former = former.map(Pepper.init)
    }

    /// - Throws: `unsupportedHash` for a name that belongs to none of them.
    func find(_ name: PepperName?) throws(PasswordHashError) -> Pepper? {
        guard let name else { return nil }
        if let current, current.name == name { return current }
        guard let pepper = former.first(where: { $0.name == name }) else { throw .unsupportedHash }
        return pepper
    }
}

/// A secret that is kept apart from the hashes it goes into (RFC 9106 §3.1, K).
struct Pepper: Sendable {
    let name: PepperName
    let secret: Secret

    init(_ secret: Secret) {
        self.secret = secret
        name = PepperName(of: secret)
    }
}

/// What a PHC string calls its pepper: `keyid`, eight bytes. They are derived from the pepper under a label of their own
/// and tell nothing about it.
struct PepperName: Sendable, Hashable {
    let bytes: [UInt8]

    init(of pepper: Secret) {
        bytes = Array(HMAC.authenticate(Array("portico password pepper name".utf8), key: pepper, digest: .sha256).prefix(Self.count))
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = bytes
    }

    private static let count = 8
}
