public import Storage

/// How far a copy is.
public struct CopyProgress: Sendable, Hashable {
    public enum Step: Sendable, Hashable { case copying, comparing }

    public let step: Step
    public let table: String
    /// Counted from 1.
    public let number: Int
    public let tables = CopiedTable.all.count
    /// Of this table, in this run.
    public let rows: Int
}

/// What is in the target, and the same in the source.
public struct CopyReport: Sendable, Hashable {
    public let tables: [TableSummary]
    /// Whether an interrupted run was gone on with.
    public let isResumed: Bool

    public var rows: Int { tables.reduce(0) { $0 + $1.rows } }
}
