public import Database
public import KeyRing
import OAuthProtocol
import Primitives

/// The OpenID Provider: one value per endpoint of the protocol, all over the same clients, keys and database.
///
/// This module owns the rules of OAuth 2.0 and OpenID Connect: which client may ask for what, what a resident must still
/// do before an agency is answered, and what is issued. It never signs a resident in (`Residents` does) and never speaks
/// HTTP or SQL (`Web` and `Storage` do): requests come in as parsed values, answers go out as values.
public struct Provider: Sendable {
    public let policy: ProviderPolicy
    public let clients: ClientRegistry
    public let authorization: AuthorizationEndpoint
    public let token: TokenEndpoint
    public let userInfo: UserInfoEndpoint
    public let endSession: EndSessionEndpoint
    public let usage: AgencyUsage
    public let discovery: Discovery

    public init(policy: ProviderPolicy, database: Database, keyRing: KeyRing, clients: ClientRegistry, supportedLanguages: [String]) throws {
        let subjects = Subjects(key: keyRing.secrets.pairwise)
        let hints = IDTokenHints(issuer: policy.issuer, keyRing: keyRing)
        let tickets = TicketSeal(secret: keyRing.secrets.tickets, lifetime: policy.ticketLifetime)
        self.policy = policy
        self.clients = clients
        authorization = AuthorizationEndpoint(
            policy: policy, clients: clients, database: database, steps: PendingSteps(subjects: subjects, hints: hints),
            tickets: tickets)
        token = TokenEndpoint(
            authentication: ClientAuthentication(policy: policy, clients: clients, database: database),
            codes: CodeRedemption(policy: policy, database: database),
            refreshing: RefreshRotation(policy: policy, database: database, successorKey: keyRing.secrets.successors),
            issuer: TokenIssuer(policy: policy, keyRing: keyRing, subjects: subjects))
        userInfo = UserInfoEndpoint(issuer: policy.issuer, clients: clients, database: database, keyRing: keyRing, subjects: subjects)
        endSession = EndSessionEndpoint(
            clients: clients, subjects: subjects, hints: hints,
            tickets: tickets)
        usage = AgencyUsage(clients: clients, database: database)
        discovery = Discovery(issuer: policy.issuer, keyRing: keyRing, languages: supportedLanguages)
    }
}
