internal import Cryptography
internal import Domain
internal import Primitives

/// A browser on which someone signed in before, as a sealed cookie says: who, when, and a random name for the browser itself.
///
/// It opens no session. It earns its owner a failure counter that strangers cannot touch, so that nobody locks them out from
/// elsewhere. A household's browser keeps the last four who signed in.
struct KnownBrowser: Sendable {
    struct Visit: Sendable {
        let resident: ResidentID
        let at: Instant
    }

    let id: [UInt8]
    private(set) var visits: [Visit]

    /// A browser never seen before.
    init() {
        id = Randomness.bytes(Self.idLength)
        visits = []
    }

    func knows(_ resident: ResidentID) -> Bool { visits.contains { $0.resident == resident } }

    mutating func remember(_ resident: ResidentID, at now: Instant) {
        visits.removeAll { $0.resident == resident }
        visits.insert(Visit(resident: resident, at: now), at: 0)
        visits = Array(visits.prefix(Self.mostVisits))
    }

    /// How long a visit counts.
    static let lifetime = Duration.days(180)
    private static let idLength = 16
    private static let mostVisits = 4
    private static let residentLength = 24
    private static let visitLength = 8 + residentLength
    private static let version: UInt8 = 1
    private static let label = Array("portico known browser".utf8)
    /// Base64url of the longest cookie, with its nonce and tag.
    private static let longestText = ((12 + 1 + idLength + mostVisits * visitLength + 16) * 4 + 2) / 3
}

extension KnownBrowser {
    /// Reads a cookie; nil for one that we did not seal, or in which no visit counts any more.
    init?(cookie: String?, key: AESGCM, at now: Instant) {
        guard let cookie, cookie.utf8.count <= Self.longestText, let sealed = Base64URL.decode(cookie),
            let bytes = try? key.open(sealed, authenticating: Self.label), bytes.first == Self.version
        else { return nil }
        let body = bytes.dropFirst()
        guard body.count >= Self.idLength, (body.count - Self.idLength) % Self.visitLength == 0 else { return nil }
        id = Array(body.prefix(Self.idLength))
        visits = []
        var rest = body.dropFirst(Self.idLength)
        while !rest.isEmpty {
            let milliseconds = rest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let name = String(decoding: rest.dropFirst(8).prefix(Self.residentLength), as: UTF8.self)
            rest = rest.dropFirst(Self.visitLength)
            let at = Instant(milliseconds: Int64(bitPattern: milliseconds))
            guard let resident = ResidentID(rawValue: name) else { return nil }
            if now < at + Self.lifetime { visits.append(Visit(resident: resident, at: at)) }
        }
        if visits.isEmpty { return nil }
    }

    func cookie(sealedBy key: AESGCM) throws(CryptographyError) -> String {
        var bytes = [Self.version] + id
        for visit in visits {
            let milliseconds = UInt64(bitPattern: visit.at.milliseconds)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: milliseconds >> UInt64(56 - 8 * $0)) }
            bytes += Array(visit.resident.rawValue.utf8)
        }
        return Base64URL.encode(try key.seal(bytes, authenticating: Self.label))
    }
}
