import Cryptography
public import OAuthProtocol
public import Primitives

/// One client as an operator writes it down: RFC 7591 metadata with its `client_id` and, where given, its `client_secret`.
public struct ClientEntry: Sendable {
    public let id: ClientID
    public let metadata: ClientMetadata
    let secretDigest: TokenDigest?

    /// - Parameters:
    ///   - json: the entry.
    ///   - index: where it stands in its file, for the error.
    public init(_ json: JSONObject, index: Int = 0) throws(ClientAdministrationError) {
        var members = json
        let text = members["client_id"]?.stringValue
        func refused(_ reason: String) -> ClientAdministrationError { .unacceptable(index: index, clientID: text, reason: reason) }

        guard let text, let id = ClientID(rawValue: text) else { throw refused("client_id is missing, or not 1 to 256 visible ASCII characters.") }
        guard !Subjects.collides(id) else { throw refused("client_id may not look like a subject identifier (p_…, or r_ and 22 characters).") }
        members["client_id"] = nil
        let secret = members["client_secret"]
        members["client_secret"] = nil
        do throws(OAuthFailure) {
            metadata = try ClientMetadata(json: members, operatorRegistered: true)
        } catch {
            throw refused(error.description)
        }
        self.id = id
        guard let secret else {
            secretDigest = nil
            return
        }
        guard metadata.tokenEndpointAuthMethod.usesSecret else {
            throw refused("client_secret is given, but token_endpoint_auth_method \(metadata.tokenEndpointAuthMethod.rawValue) uses none.")
        }
        guard let secret = secret.stringValue, (Self.shortestSecret...512).contains(secret.utf8.count) else {
            throw refused("client_secret must be a string of \(Self.shortestSecret) to 512 bytes; leave it out to have one generated.")
        }
        secretDigest = TokenDigest(of: secret)
    }

    /// Secrets are stored as plain SHA-256, which is sound only for ones that cannot be guessed (SECURITY.md).
    static let shortestSecret = 22
}
