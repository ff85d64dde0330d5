public import Database
public import Primitives

/// How often something failed lately, under the number of a bucket.
public struct FailureCounter: Sendable, Hashable {
    public let bucket: Int
    public let count: Int
    public let lastFailureAt: Instant

    /// Buckets are numbered from 0 to below this. The numbers are keyed hashes made elsewhere: what is counted is not stored.
    public static let buckets = 262_144

    public init(bucket: Int, count: Int, lastFailureAt: Instant) {
        self.bucket = bucket
        self.count = count
        self.lastFailureAt = lastFailureAt
    }
}

/// Failure counters, in a table that strangers can fill but not make grow.
public struct FailureCounterStore<Transaction: SQLReading> {
    let transaction: Transaction

    /// Those of `buckets` that have counted anything, in no particular order.
    public func find(buckets: [Int]) throws(DatabaseError) -> [FailureCounter] {
        guard !buckets.isEmpty else { return [] }
        return try transaction.query(
            "SELECT bucket, failures, last_failure_at FROM failure_counter WHERE bucket IN \(list: buckets)", readCounter)
    }
}

extension FailureCounterStore where Transaction == WriteTransaction {
    /// Counts one failure. A counter whose last failure is longer ago than `window` starts again at 1.
    ///
    /// - Throws: `checkViolation` for a number that is no bucket.
    @discardableResult
    public func register(bucket: Int, at now: Instant, window: Duration) throws(DatabaseError) -> FailureCounter {
        let counter = try transaction.first(
            """
            INSERT INTO failure_counter (bucket, failures, last_failure_at) VALUES (\(bucket), 1, \(now))
            ON CONFLICT (bucket) DO UPDATE SET last_failure_at = excluded.last_failure_at, failures =
                CASE WHEN failure_counter.last_failure_at < \(now - window) THEN 1 ELSE failure_counter.failures + 1 END
            RETURNING bucket, failures, last_failure_at
            """, readCounter)
        guard let counter else { throw .malformedRow("a failure was not counted") }
        return counter
    }

    public func clear(bucket: Int) throws(DatabaseError) {
        try transaction.execute("DELETE FROM failure_counter WHERE bucket = \(bucket)")
    }
}

private func readCounter(_ row: Row) throws(DatabaseError) -> FailureCounter {
    FailureCounter(bucket: try row.int(0), count: try row.int(1), lastFailureAt: try row.instant(2))
}
