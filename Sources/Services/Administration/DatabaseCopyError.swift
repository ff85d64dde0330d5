public import Database

/// Why a database was not copied.
public enum DatabaseCopyError: Error, Sendable, Hashable {
    case sourceIsEmpty
    /// The source has an older schema than this program.
    case sourceIsBehind(version: Int, needed: Int)
    /// The source is itself the target of a copy that did not come to its end.
    case sourceIsUnfinished
    case targetIsNotEmpty(table: String)
    /// The target is marked by a copy of another database.
    case targetIsOfAnotherSource
    /// The target holds rows of a snapshot that was given up with the run that made it.
    case snapshotIsGone
    /// A later run of the same copy goes on instead of this one.
    case takenOver
    /// A row of the source that cannot be read, or that the target does not take.
    case row(table: String, DatabaseError)
    /// Source and target do not hold the same. The target stays marked.
    case different(tables: [String])
}

extension DatabaseCopyError: CustomStringConvertible {
    /// What is the matter, as a clause for an operator.
    public var description: String {
        switch self {
        case .sourceIsEmpty: "the source holds no installation"
        case .sourceIsBehind(let version, let needed): "the source's schema is at version \(version), and this portico needs \(needed)"
        case .sourceIsUnfinished: "the source is itself the target of a copy that is not finished"
        case .targetIsNotEmpty(let table): "the target is not empty: there are rows in its table \(table)"
        case .targetIsOfAnotherSource: "the target holds the beginning of a copy of another database"
        case .snapshotIsGone: "the target holds the beginning of a snapshot, which no other run can go on with: that moment of the source is gone"
        case .takenOver: "another run of this copy has taken over"
        case .row(let table, let error): "the table \(table) could not be copied: \(error)"
        case .different(let tables): "source and target differ in \(tables.joined(separator: ", "))"
        }
    }
}
