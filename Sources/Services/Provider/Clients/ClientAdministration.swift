import AuditLog
import Cryptography
public import Database
public import Domain
public import OAuthProtocol
public import Primitives
import Storage

/// What an operator does with registrations. Each change, its audit record and the epoch that tells running servers of it
/// are one transaction.
public struct ClientAdministration: Sendable {
    private let database: Database
    private let actor: String

    /// - Parameter actor: who acts, as the audit trail names them: `operator:` and a user name.
    public init(database: Database, actor: String) {
        self.database = database
        self.actor = actor
    }

    public func list() async throws -> [Client] {
        try await database.read { try $0.clients.all() }
    }

    public func find(_ id: ClientID) async throws -> Client? {
        try await database.read { try $0.clients.find(id) }
    }

    /// Registers a new client.
    public func add(_ entry: ClientEntry, at now: Instant) async throws -> RegisteredClient {
        try await database.write { transaction in
            if try transaction.clients.find(entry.id) != nil { throw ClientAdministrationError.alreadyRegistered(entry.id) }
            let change = try put(entry, over: nil, at: now, in: transaction)
            guard let client = try transaction.clients.find(entry.id) else { throw ClientAdministrationError.unknownClient(entry.id) }
            return RegisteredClient(client: client, generatedSecret: change.generatedSecret)
        }
    }

    /// Replaces a client's secret; the old one is refused from the moment that running servers have followed.
    public func rotateSecret(of id: ClientID, at now: Instant) async throws -> RegisteredClient {
        try await database.write { transaction in
            guard var client = try transaction.clients.find(id) else { throw ClientAdministrationError.unknownClient(id) }
            guard client.metadata.tokenEndpointAuthMethod.usesSecret else { throw ClientAdministrationError.hasNoSecret(id) }
            let secret = BearerToken.mint(.clientSecret)
            client.secretDigest = secret.digest
            client.updatedAt = now
            try store(client, .clientSecretRotated, at: now, in: transaction)
            return RegisteredClient(client: client, generatedSecret: secret.text)
        }
    }

    /// Removes a client, and with it every grant, consent and token that residents gave it.
    public func remove(_ id: ClientID, at now: Instant) async throws {
        try await database.write { transaction in
            guard try transaction.clients.remove(id) else { throw ClientAdministrationError.unknownClient(id) }
            try transaction.epochs.advance(.clients)
            try transaction.record(AuditEvent(at: now, kind: .clientRemoved, actor: actor, clientID: id))
        }
    }

    /// What `apply` would do, without doing it.
    public func plan(_ entries: [ClientEntry], at now: Instant) async throws -> [ClientChange] {
        try requireDistinct(entries)
        return try await database.read { transaction in
            try entries.map { entry in Self.change(entry, from: try transaction.clients.find(entry.id), generated: nil) }
        }
    }

    /// Brings the registrations to what `entries` say, all or none. Clients that the entries do not name stay as they are.
    public func apply(_ entries: [ClientEntry], at now: Instant) async throws -> [ClientChange] {
        try requireDistinct(entries)
        return try await database.write { transaction in
            try entries.map { entry in
                try put(entry, over: try transaction.clients.find(entry.id), at: now, in: transaction)
            }
        }
    }

    private func requireDistinct(_ entries: [ClientEntry]) throws(ClientAdministrationError) {
        var seen: Set<ClientID> = []
        for entry in entries where !seen.insert(entry.id).inserted { throw .appearsTwice(entry.id) }
    }

    private func put(_ entry: ClientEntry, over existing: Client?, at now: Instant, in transaction: WriteTransaction) throws -> ClientChange {
        let needsSecret = entry.metadata.tokenEndpointAuthMethod.usesSecret
        let generated = needsSecret && entry.secretDigest == nil && existing?.secretDigest == nil ? BearerToken.mint(.clientSecret) : nil
        let change = Self.change(entry, from: existing, generated: generated)
        guard change.kind != .unchanged else { return change }
        let client = Client(
            id: entry.id, metadata: entry.metadata,
            secretDigest: needsSecret ? entry.secretDigest ?? generated?.digest ?? existing?.secretDigest : nil,
            createdAt: existing?.createdAt ?? now, updatedAt: now)
        try store(client, existing == nil ? .clientAdded : .clientUpdated, at: now, in: transaction)
        return change
    }

    private func store(_ client: Client, _ kind: AuditKind, at now: Instant, in transaction: WriteTransaction) throws {
        try transaction.clients.upsert(client)
        try transaction.epochs.advance(.clients)
        try transaction.record(
            AuditEvent(at: now, kind: kind, actor: actor, clientID: client.id, detail: ["name": .string(client.metadata.clientName)]))
    }

    private static func change(_ entry: ClientEntry, from existing: Client?, generated: BearerToken?) -> ClientChange {
        let before = existing?.metadata.json ?? JSONObject()
        let after = entry.metadata.json
        let names = after.names + before.names.filter { after[$0] == nil }
        var members = names.filter { before[$0] != after[$0] }.map { ClientChange.Member(name: $0, before: before[$0], after: after[$0]) }
        let secretChanges = generated != nil || (entry.secretDigest != nil && entry.secretDigest != existing?.secretDigest)
        if secretChanges { members.append(.init(name: "client_secret", before: nil, after: nil)) }
        let kind: ClientChange.Kind = existing == nil ? .added : members.isEmpty ? .unchanged : .updated
        return ClientChange(clientID: entry.id, kind: kind, members: members, generatedSecret: generated?.text)
    }
}
