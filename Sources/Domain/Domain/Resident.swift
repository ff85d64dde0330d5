public import Primitives

/// A person who signs in.
///
/// Domain owns what exists: residents, sessions, grants, consents, clients, keys as records, and the events about them, each as
/// a value that cannot be malformed. It does not know how they are kept (`Storage`), nor the rules by which they change (the services).
public struct Resident: Sendable, Hashable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        case active
        /// Cannot sign in, and nothing issued for them is honoured.
        case disabled
    }

    public let id: ResidentID
    public var username: LoginName
    public var claims: ResidentClaims
    public var state: State
    /// The Argon2 string; nil where no password was ever set.
    public var passwordPHC: String?
    public let createdAt: Instant
    public var updatedAt: Instant
    public var passwordChangedAt: Instant?

    public init(
        id: ResidentID, username: LoginName, claims: ResidentClaims, state: State = .active, passwordPHC: String?, createdAt: Instant,
        updatedAt: Instant, passwordChangedAt: Instant?
    ) {
        self.id = id
        self.username = username
        self.claims = claims
        self.state = state
        self.passwordPHC = passwordPHC
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.passwordChangedAt = passwordChangedAt
    }

    /// The value of a standard claim (OpenID Connect Core §5.1) by its name; nil where there is none. `sub` is not among them: it
    /// depends on who asks.
    public func claim(_ name: String) -> JSONValue? {
        switch name {
        case "name": claims.claim(name) ?? composedName.map(JSONValue.string)
        case "preferred_username": claims.claim(name) ?? .string(username.display)
        case "updated_at": .integer(updatedAt.secondsSince1970)
        default: claims.claim(name)
        }
    }

    private var composedName: String? {
        let parts = [claims.givenName, claims.middleName, claims.familyName].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}

extension Resident: CustomStringConvertible, CustomReflectable {
    /// The id alone: neither the person's data nor the password's hash belongs in a log.
    public var description: String { "Resident(\(id))" }
    public var customMirror: Mirror { Mirror(self, children: ["id": id.rawValue]) }
}
