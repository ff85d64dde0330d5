import Cryptography
import Domain
import OAuthProtocol
import Primitives

/// The names under which agencies know a resident and a session: a different one for each agency, so that two of them
/// cannot put their records together (OpenID Connect Core §8.1).
struct Subjects: Sendable {
    private let key: Secret

    init(key: Secret) {
        self.key = key
    }

    /// The `sub` of `resident` for `client`: pairwise unless the registration says public.
    func subject(of resident: ResidentID, for client: Client) -> String {
        switch client.metadata.subjectType {
        case .public: resident.rawValue
        case .pairwise: Self.pairwisePrefix + pseudonym("sub", sector: client.sector, resident.rawValue)
        }
    }

    /// The `sid` of a session for `client`. It is pairwise as well: one shared by all agencies would undo the pseudonyms.
    func sessionID(of session: TokenDigest, for client: Client) -> String {
        pseudonym("sid", sector: client.id.rawValue, Base64URL.encode(session.bytes))
    }

    /// Client identifiers may not begin like a subject: a token whose `sub` is a client must never name a resident (RFC 9700 §4.15).
    static func collides(_ id: ClientID) -> Bool {
        id.rawValue.hasPrefix(pairwisePrefix) || ResidentID(rawValue: id.rawValue) != nil
    }

    private static let pairwisePrefix = "p_"

    private func pseudonym(_ purpose: String, sector: String, _ value: String) -> String {
        let message = [purpose, sector, value].map { "\($0.utf8.count):\($0)" }.joined()
        return Base64URL.encode(HMAC.authenticate(Array(message.utf8), key: key))
    }
}

extension Client {
    /// The sector that pairwise subjects are computed over: the agency's host, or what its registration names.
    var sector: String { metadata.sectorIdentifier ?? id.rawValue }
}
