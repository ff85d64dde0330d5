public import Database

extension FailureCounterStore where Transaction == WriteTransaction {
    /// Takes one failure back, where it turned out to be none. When the last one was stays.
    public func withdraw(bucket: Int) throws(DatabaseError) {
        try transaction.execute("DELETE FROM failure_counter WHERE bucket = \(bucket) AND failures <= 1")
        try transaction.execute("UPDATE failure_counter SET failures = failures - 1 WHERE bucket = \(bucket) AND failures > 1")
    }
}
