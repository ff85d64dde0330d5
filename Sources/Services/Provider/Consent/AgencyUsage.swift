import Database
public import Domain
public import OAuthProtocol
import Storage

/// The agencies that a resident has used: those they consented to.
public struct AgencyUsage: Sendable {
    public struct Use: Sendable {
        public let client: Client
        public let consent: Consent
    }

    private let clients: ClientRegistry
    private let database: Database

    init(clients: ClientRegistry, database: Database) {
        self.clients = clients
        self.database = database
    }

    /// Newest use first.
    public func agencies(of resident: ResidentID) async throws(OAuthFailure) -> [Use] {
        let consents = try await answering { try await database.read { try $0.consents.list(of: resident) } }
        return consents.compactMap { consent in
            clients.find(consent.clientID).map { Use(client: $0, consent: consent) }
        }
    }
}
