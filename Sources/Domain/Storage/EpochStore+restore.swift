public import Database
public import Primitives

/// The mark of a database that was brought back from a backup: the moment of the restore, kept as an epoch of its own.
///
/// What was used between the backup and the restore is unused again in such a database. So whatever a stranger may have used by then
/// counts for nothing: the stores compare a row's age with the mark, and the row itself stays as it was.
extension EpochStore {
    /// When the database was last restored; nil where it never was.
    public func restoredAt() throws(DatabaseError) -> Instant? {
        try transaction.first("SELECT number FROM epoch WHERE topic = 'restored'") { row throws(DatabaseError) in try row.instant(0) }
    }
}

extension EpochStore where Transaction == WriteTransaction {
    /// Marks the database as restored at `moment`; an earlier mark moves on, a later one stays. Every other topic jumps ahead.
    ///
    /// A running process compares a topic's number with the one it knows, and may know one that was reached after the backup was made.
    /// Milliseconds since 1970 are far beyond any number of changes, and beyond those of an earlier restore from the same backup.
    public func markRestored(at moment: Instant) throws(DatabaseError) {
        try transaction.announce()
        try transaction.execute(
            """
            INSERT INTO epoch (topic, number) VALUES ('restored', \(moment))
            ON CONFLICT (topic) DO UPDATE SET number = excluded.number WHERE epoch.number < excluded.number
            """)
        for topic in EpochTopic.allCases {
            try transaction.execute(
                """
                INSERT INTO epoch (topic, number) VALUES (\(topic.rawValue), \(moment)) ON CONFLICT (topic) DO UPDATE SET number =
                    CASE WHEN epoch.number < excluded.number THEN excluded.number ELSE epoch.number + 1 END
                """)
        }
    }
}

/// The moment of a restore that came after the row at hand was created; NULL where none did. It stands in statements on tables with `created_at`.
let restoredSince: SQLFragment = "(SELECT number FROM epoch WHERE topic = 'restored' AND number >= created_at)"
