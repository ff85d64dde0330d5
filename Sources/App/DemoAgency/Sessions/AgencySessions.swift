import Cryptography
import Primitives

/// Who is signed in here, in memory: gone when the agency stops, bounded in time and in number.
actor AgencySessions {
    private var residents: [TokenDigest: SignedInResident] = [:]
    private let limit: Int

    static let lifetime = Duration.hours(1)

    init(limit: Int = 10_000) {
        self.limit = limit
    }

    /// - Returns: the cookie's value; only its hash is kept.
    func open(_ resident: SignedInResident) -> String {
        if residents.count >= limit { makeRoom(at: resident.signedInAt) }
        let token = Base64URL.encode(Randomness.bytes(32))
        residents[TokenDigest(of: token)] = resident
        return token
    }

    func find(_ token: String?, at now: Instant) -> SignedInResident? {
        guard let token, let resident = residents[TokenDigest(of: token)] else { return nil }
        return now.since(resident.signedInAt) <= Self.lifetime ? resident : nil
    }

    @discardableResult
    func end(_ token: String?) -> SignedInResident? {
        token.flatMap { residents.removeValue(forKey: TokenDigest(of: $0)) }
    }

    var count: Int { residents.count }

    /// What has expired goes first; if nothing has, the oldest tenth does, so that a full table is not searched for every sign-in.
    private func makeRoom(at now: Instant) {
        residents = residents.filter { now.since($0.value.signedInAt) <= Self.lifetime }
        guard residents.count >= limit else { return }
        for (digest, _) in residents.sorted(by: { $0.value.signedInAt < $1.value.signedInAt }).prefix(max(1, limit / 10)) {
            residents[digest] = nil
        }
    }
}
