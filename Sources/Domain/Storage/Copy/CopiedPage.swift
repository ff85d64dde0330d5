import Database

/// Some rows of a table, in the order of its key.
public struct CopiedPage: Sendable {
    public let table: CopiedTable
    let rows: [[SQLValue]]

    public var count: Int { rows.count }

    /// Where the next page begins; nil after the last, which has no rows.
    public var end: CopiedKey? { rows.last.map { CopiedKey(values: Array($0.prefix(table.key.count))) } }
}

/// The key of a row: a place in the order of its table.
public struct CopiedKey: Sendable {
    let values: [SQLValue]
}
