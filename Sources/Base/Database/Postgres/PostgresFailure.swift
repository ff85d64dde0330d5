/// What PostgreSQL's error codes (SQLSTATE, appendix A of its manual) mean to the floors above, and to a transaction that may be tried again.
struct PostgresFailure {
    enum Consequence {
        /// The statement was refused: the transaction is the closure's to end.
        case refused
        /// Another transaction came first: this one is given up and may run again.
        case conflict
        /// The connection is of no use any more.
        case lost
    }

    let error: DatabaseError
    let consequence: Consequence

    /// - Parameters:
    ///   - state: five characters; nil where the client library, not the server, reports the failure.
    ///   - message: passed on only where the server writes nothing but names into it.
    ///   - constraint: the constraint's or column's name, where the server gives one.
    init(state: String?, message: String, constraint: String?) {
        guard let state else {
            self.init(.unavailable("the connection to PostgreSQL was lost"), .lost)
            return
        }
        let meaning = "PostgreSQL \(state)"
        switch state {
        case "40001", "40P01": self.init(.unavailable("too many changes at the same moment (\(meaning))"), .conflict)
        case "23505": self.init(.uniqueViolation(constraint ?? "a key"), .refused)
        case "23503": self.init(.foreignKeyViolation, .refused)
        case "42501": self.init(.forbidden(message), .refused)
        // What was prepared is gone (26000) or no longer fits the schema, or the server has become a standby (0A000): a new connection prepares
        // again, and asks for a server that takes changes.
        case "26000", "0A000": self.init(.unavailable("the connection no longer fits (\(meaning): \(message))"), .lost)
        case "25006": self.init(.misuse("a change was asked for where only reading is possible (\(meaning))"), .refused)
        // The number of values does not match the placeholders.
        case "08P01": self.init(.misuse("\(meaning): \(message)"), .refused)
        case "57014": self.init(.unavailable("a statement took too long (\(meaning))"), .refused)
        case "55P03": self.init(.unavailable("another transaction held a row or table for too long (\(meaning))"), .refused)
        default: self.init(classOf: state, message: message, constraint: constraint)
        }
    }

    private init(classOf state: String, message: String, constraint: String?) {
        let meaning = "PostgreSQL \(state)"
        switch state.prefix(2) {
        case "22": self.init(.checkViolation("a value of the wrong kind or size (\(meaning))"), .refused)
        case "23": self.init(.checkViolation(constraint ?? meaning), .refused)
        case "42", "3F": self.init(.misuse("\(meaning): \(message)"), .refused)
        case "08", "57": self.init(.unavailable("the server ended the connection (\(meaning))"), .lost)
        case "XX" where state != "XX000": self.init(.corrupt(meaning), .lost)
        default: self.init(.unavailable(meaning), .refused)
        }
    }

    private init(_ error: DatabaseError, _ consequence: Consequence) {
        self.error = error
        self.consequence = consequence
    }

    /// The server has not answered for longer than any statement may take.
    static let silent = PostgresFailure(state: nil, message: "", constraint: nil)
}
