public import Database

/// What processes keep in memory and must read again when it changes.
public enum EpochTopic: String, Sendable, Hashable, CaseIterable {
    case keys
    case clients
}

/// A number for each topic that grows with every change, in the change's own transaction.
public struct EpochStore<Transaction: SQLReading> {
    let transaction: Transaction

    /// Every topic; one that never changed is 0.
    public func current() throws(DatabaseError) -> [EpochTopic: Int64] {
        let stored = try transaction.query("SELECT topic, number FROM epoch") { row throws(DatabaseError) in
            (EpochTopic(rawValue: try row.text(0)), try row.integer(1))
        }
        var epochs = Dictionary(uniqueKeysWithValues: EpochTopic.allCases.map { ($0, Int64(0)) })
        // A topic of a newer program is none of ours.
        for case (let topic?, let number) in stored { epochs[topic] = number }
        return epochs
    }
}

extension EpochStore where Transaction == WriteTransaction {
    /// Other nodes hear of it at once where the engine can tell them; the number is there for those that did not hear.
    public func advance(_ topic: EpochTopic) throws(DatabaseError) {
        try transaction.announce()
        try transaction.execute(
            "INSERT INTO epoch (topic, number) VALUES (\(topic.rawValue), 1) ON CONFLICT (topic) DO UPDATE SET number = epoch.number + 1")
    }
}
