public import Database
public import Domain
public import Primitives

/// Which node does what only one should do at a time.
public struct ClaimStore<Transaction: SQLReading> {
    let transaction: Transaction
}

extension ClaimStore where Transaction == WriteTransaction {
    /// Takes the claim where nobody holds it, or prolongs it for who does. Of any number of simultaneous calls by different holders one is answered true.
    ///
    /// Nodes' clocks may differ: the claim then changes hands that much earlier or later, so what it guards must bear being done by two for a moment.
    public func take(_ name: ClaimName, by holder: String, until end: Instant, at now: Instant) throws(DatabaseError) -> Bool {
        try transaction.execute(
            """
            INSERT INTO claim (name, holder, held_until) VALUES (\(name.rawValue), \(holder), \(end))
            ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
            WHERE claim.held_until <= \(now) OR claim.holder = excluded.holder
            """) == 1
    }

    /// Gives the claim back before its end. False where another holds it, or nobody.
    @discardableResult
    public func release(_ name: ClaimName, by holder: String) throws(DatabaseError) -> Bool {
        try transaction.execute("DELETE FROM claim WHERE name = \(name.rawValue) AND holder = \(holder)") == 1
    }
}
