public import Domain

/// What the record of a database holds that a backup of it lacks: undone by putting the backup in its place.
public struct UndoneWork: Sendable {
    /// What staff must see to again, or someone or something that they shut out is let in. The oldest first.
    public let events: [AuditEvent]
    /// How many more of these there are.
    public let unlisted: Int
    /// Everything else, by the stored name of its kind.
    public let others: [Count]

    public struct Count: Sendable, Hashable {
        public let kind: String
        public let count: Int
    }

    public var isEmpty: Bool { events.isEmpty && others.isEmpty }

    /// The kinds of events that take something away from somebody: the restore gives it back.
    public static let attention: [AuditKind] = [
        .keyRevoked, .residentDisabled, .residentPasswordChanged, .clientRemoved, .clientSecretRotated, .clientUpdated,
    ]

    static let most = 1000
}
