public import Cryptography
internal import Domain
public import Primitives

/// One key as an operator sees it.
public struct KeySummary: Sendable {
    public enum State: String, Sendable { case staged, active, retired, revoked }

    public let kid: String
    public let algorithm: SignatureAlgorithm
    public let state: State
    public let createdAt: Instant
    public let publishedAt: Instant
    public let activatedAt: Instant?
    public let retiredAt: Instant?
    public let revokedAt: Instant?
    /// When a staged key may be activated.
    public let activatableFrom: Instant?
    /// When a retired key may be removed.
    public let removableFrom: Instant?
    /// Who needs the algorithm of an active key, in words; empty where nobody does.
    public let neededBy: [String]
}

extension KeySummary {
    init(_ record: SigningKeyRecord, policy: KeyPolicy, demand: AlgorithmDemand) {
        kid = record.kid
        algorithm = record.algorithm
        state =
            switch record.state {
            case .staged: .staged
            case .active: .active
            case .retired: .retired
            case .revoked: .revoked
            }
        createdAt = record.createdAt
        publishedAt = record.publishedAt
        activatedAt = record.activatedAt
        retiredAt = record.retiredAt
        revokedAt = record.revokedAt
        activatableFrom = record.state == .staged ? policy.known(publishedAt: record.publishedAt) : nil
        removableFrom = record.state == .retired ? record.retiredAt.map(policy.removable(retiredAt:)) : nil
        neededBy = record.state == .active ? demand.reasons(for: record.algorithm) : []
    }

    /// By state, and within a state the newest first.
    func comesBefore(_ other: KeySummary) -> Bool {
        rank != other.rank ? rank < other.rank : createdAt > other.createdAt
    }

    private var rank: Int {
        switch state {
        case .active: 0
        case .staged: 1
        case .retired: 2
        case .revoked: 3
        }
    }
}
