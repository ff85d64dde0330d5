internal import COpenSSL

/// The signature algorithms of RFC 7518 §3.1 and RFC 8037 that the product offers; the raw value is the `alg` name.
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case es256 = "ES256"
    case es384 = "ES384"
    case rs256 = "RS256"
    case ps256 = "PS256"
    case edDSA = "EdDSA"

    /// The one type of key this algorithm works with.
    public var keyType: KeyType {
        switch self {
        case .es256: .p256
        case .es384: .p384
        case .rs256, .ps256: .rsa
        case .edDSA: .ed25519
        }
    }

    /// What the message is hashed with before it is signed; nil where the algorithm takes the message itself.
    var digest: Digest? {
        switch self {
        case .es256, .rs256, .ps256: .sha256
        case .es384: .sha384
        case .edDSA: nil
        }
    }
}

/// A key's kind; elliptic curves are kinds of their own, since each algorithm names its curve (RFC 7518 §3.4).
public enum KeyType: Sendable, Hashable, CaseIterable {
    case p256
    case p384
    case rsa
    case ed25519

    /// The algorithms a key of this type can be used with.
    public var algorithms: [SignatureAlgorithm] { SignatureAlgorithm.allCases.filter { $0.keyType == self } }

    /// The length of a coordinate, and of r and of s, in bytes; nil for what is no NIST curve.
    var coordinateCount: Int? {
        switch self {
        case .p256: 32
        case .p384: 48
        case .rsa, .ed25519: nil
        }
    }

    /// OpenSSL's name of the curve.
    var group: String? {
        switch self {
        case .p256: "P-256"
        case .p384: "P-384"
        case .rsa, .ed25519: nil
        }
    }
}
