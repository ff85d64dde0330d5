import Cryptography
import Database
public import Domain
import OAuthProtocol
import Primitives

/// A client that has proved who it is. Only `ClientAuthentication` makes one: an endpoint that asks for it cannot forget the check.
public struct AuthenticatedClient: Sendable {
    public let client: Client

    fileprivate init(client: Client) {
        self.client = client
    }

    /// RFC 6749 §5.2, unauthorized_client: "The authenticated client is not authorized to use this authorization grant type."
    func require(_ grantType: GrantType) throws(OAuthFailure) {
        guard client.metadata.grantTypes.contains(grantType) else {
            throw OAuthFailure(GrantReference.grantTypeNotRegistered)
        }
    }
}

/// Client authentication at the token endpoint (RFC 6749 §2.3, OpenID Connect Core §9).
///
/// An unknown client and a wrong secret cost the same and are answered alike.
struct ClientAuthentication: Sendable {
    let clients: ClientRegistry
    let assertions: ClientAssertions

    init(policy: ProviderPolicy, clients: ClientRegistry, database: Database) {
        self.clients = clients
        assertions = ClientAssertions(policy: policy, database: database)
    }

    func authenticate(_ credentials: ClientCredentials, at now: Instant) async throws(OAuthFailure) -> AuthenticatedClient {
        switch credentials {
        case .basic(let id, let secret):
            return try check(secret, of: id, by: .clientSecretBasic)
        case .post(let id, let secret):
            return try check(secret, of: id, by: .clientSecretPost)
        case .none(let id):
            guard let client = clients.find(id), client.metadata.tokenEndpointAuthMethod == .none else {
                throw Self.refused("no credentials were sent, and the client is unknown or confidential")
            }
            return AuthenticatedClient(client: client)
        case .assertion(let named, let jwt):
            let unverified = try assertions.read(jwt, named: named)
            guard let client = clients.find(unverified.clientID), client.metadata.tokenEndpointAuthMethod == .privateKeyJWT else {
                throw Self.refused("the assertion names an unknown client or one that does not use private_key_jwt")
            }
            try await assertions.verify(unverified, of: client, at: now)
            return AuthenticatedClient(client: client)
        }
    }

    private func check(_ secret: Secret, of id: ClientID, by method: TokenEndpointAuthMethod) throws(OAuthFailure) -> AuthenticatedClient {
        let client = clients.find(id)
        let expected = client?.secretDigest ?? Self.nobody
        let matches = constantTimeEquals(secret.withBytes { Digest.sha256.hash($0) }, expected.bytes)
        guard matches, let client, client.secretDigest != nil else { throw Self.refused("unknown client or wrong secret") }
        guard client.metadata.tokenEndpointAuthMethod == method else {
            throw Self.refused("the client is registered for \(client.metadata.tokenEndpointAuthMethod.rawValue) and used \(method.rawValue)")
        }
        return AuthenticatedClient(client: client)
    }

    /// What an unknown client's secret is compared with: the digest of a secret that nobody was told.
    private static let nobody = TokenDigest(of: BearerToken.mint(.clientSecret).text)

    static func refused(_ cause: String) -> OAuthFailure {
        OAuthFailure(GrantReference.clientNotAuthenticated, cause: cause)
    }
}
