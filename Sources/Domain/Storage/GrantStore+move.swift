public import Cryptography
public import Database

extension GrantStore where Transaction == WriteTransaction {
    /// Hangs the grants of one session on another of the same resident. How many were moved.
    @discardableResult
    public func move(from former: TokenDigest, to next: TokenDigest) throws(DatabaseError) -> Int {
        try transaction.execute("UPDATE access_grant SET session_digest = \(next) WHERE session_digest = \(former)")
    }
}
