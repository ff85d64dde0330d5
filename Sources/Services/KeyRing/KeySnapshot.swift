public import Cryptography
internal import Domain
internal import JOSE
internal import Primitives

/// The keys as they were at one moment: immutable, cheap to copy, the same for the whole of a request.
public struct KeySnapshot: Sendable {
    /// The key set as it is published at `jwks_uri`.
    public let jwks: PublishedKeySet
    /// The algorithms that have an active key, in the order of `SignatureAlgorithm.allCases`.
    public let signingAlgorithms: [SignatureAlgorithm]
    /// Which state of the database this is.
    let epoch: Int64
    private let signers: [SignatureAlgorithm: TokenSigner]
    private let verificationKeys: [String: VerificationKey]

    /// The signer of the algorithm's one active key; nil where it has none.
    public func signer(_ algorithm: SignatureAlgorithm) -> TokenSigner? { signers[algorithm] }

    /// The key that a token of ours names: active or retired. A staged key has signed nothing yet, a revoked one is not to be
    /// believed; both are unknown here.
    public func verificationKey(kid: String) -> VerificationKey? { verificationKeys[kid] }
}

/// A public key with the one algorithm it is used with (RFC 8725 §3.1): the token's header has no say in it.
public struct VerificationKey: Sendable {
    public let kid: String
    public let algorithm: SignatureAlgorithm
    public let key: PublicKey
}

extension KeySnapshot {
    /// Builds the snapshot and proves it: every key is what its `kid` says, every active key signs what its published half verifies.
    ///
    /// - Throws: `damaged` naming the key.
    init(records: [SigningKeyRecord], epoch: Int64, masterKey: MasterKey, policy: KeyPolicy) throws(KeyRingError) {
        var signers: [SignatureAlgorithm: TokenSigner] = [:]
        var verificationKeys: [String: VerificationKey] = [:]
        var published: [(order: PublicationOrder, key: JWK)] = []
        for record in records where record.state != .revoked {
            let key = try record.checkedPublicKey()
            published.append((PublicationOrder(record), key))
            guard record.state != .staged else { continue }
            verificationKeys[record.kid] = VerificationKey(kid: record.kid, algorithm: record.algorithm, key: key.key)
            guard record.state == .active else { continue }
            guard signers[record.algorithm] == nil else { throw .damaged("the key set: two \(record.algorithm.rawValue) keys are active") }
            signers[record.algorithm] = TokenSigner(try record.checkedPrivateKey(masterKey), kid: record.kid, algorithm: record.algorithm)
        }
        published.sort { $0.order < $1.order }
        jwks = try PublishedKeySet(published.map(\.key), maxAge: policy.jwksMaxAge)
        signingAlgorithms = SignatureAlgorithm.allCases.filter { signers[$0] != nil }
        self.epoch = epoch
        self.signers = signers
        self.verificationKeys = verificationKeys
    }
}

/// Active keys first, since careless clients take the first that fits; then what comes next, then what was.
private struct PublicationOrder: Comparable {
    let rank: Int
    let algorithm: Int
    let created: Instant

    init(_ record: SigningKeyRecord) {
        rank =
            switch record.state {
            case .active: 0
            case .staged: 1
            case .retired, .revoked: 2
            }
        algorithm = SignatureAlgorithm.allCases.firstIndex(of: record.algorithm) ?? 0
        created = record.createdAt
    }

    static func < (left: PublicationOrder, right: PublicationOrder) -> Bool {
        (left.rank, left.algorithm, left.created) < (right.rank, right.algorithm, right.created)
    }
}
