internal import Cryptography
internal import Database
internal import Domain
internal import Storage

/// Which algorithms must have an active key, and for whom.
struct AlgorithmDemand: Sendable {
    /// ES256 signs access tokens; RS256 is what OpenID Connect Core §15.1 asks every provider to offer.
    static let always: [SignatureAlgorithm] = [.es256, .rs256]

    private let reasons: [SignatureAlgorithm: [String]]

    init(_ transaction: some SQLReading) throws(DatabaseError) {
        var clients: [SignatureAlgorithm: [String]] = [:]
        for client in try transaction.clients.all() { clients[client.metadata.idTokenSignedResponseAlg, default: []].append(client.id.rawValue) }
        self.init(clients: clients)
    }

    /// - Parameter clients: the ids of clients by the algorithm of their ID tokens.
    init(clients: [SignatureAlgorithm: [String]]) {
        var reasons: [SignatureAlgorithm: [String]] = [
            .es256: ["access tokens are signed with ES256"], .rs256: ["OpenID Connect asks every provider to offer RS256"],
        ]
        for (algorithm, ids) in clients {
            let names = ids.sorted().prefix(Self.named).joined(separator: ", ")
            let others = ids.count > Self.named ? " and \(ids.count - Self.named) more" : ""
            reasons[algorithm, default: []].append("ID tokens of \(names)\(others)")
        }
        self.reasons = reasons
    }

    /// Why the algorithm needs an active key; empty where nothing does.
    func reasons(for algorithm: SignatureAlgorithm) -> [String] { reasons[algorithm] ?? [] }

    private static let named = 5
}
