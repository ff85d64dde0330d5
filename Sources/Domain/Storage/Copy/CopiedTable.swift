import Database

/// A table as it is copied from one database to another: its columns, and the key that its rows are read and written in the order of.
///
/// The order is the same in both engines: keys are numbers, bytes, or texts compared by their bytes.
public struct CopiedTable: Sendable {
    /// A column with what it holds, which is the same in both engines.
    struct Column: Sendable, Hashable {
        enum Kind: Sendable, Hashable { case integer, text, blob }

        let name: SQLFragment
        let kind: Kind

        static func integer(_ name: SQLFragment) -> Column { Column(name: name, kind: .integer) }
        static func text(_ name: SQLFragment) -> Column { Column(name: name, kind: .text) }
        static func blob(_ name: SQLFragment) -> Column { Column(name: name, kind: .blob) }
    }

    let fragment: SQLFragment
    /// The columns of the primary key, which are the first of every row.
    let key: [Column]
    /// All columns, those of the key first.
    let columns: [Column]
    /// Whether the engine gives new rows their key, a number.
    let hasIdentity: Bool

    public var name: String { fragment.text }

    init(_ name: SQLFragment, key: [Column], _ others: [Column], hasIdentity: Bool = false) {
        fragment = name
        self.key = key
        columns = key + others
        self.hasIdentity = hasIdentity
    }

    func read(_ row: Row) throws(DatabaseError) -> [SQLValue] {
        var values: [SQLValue] = []
        values.reserveCapacity(columns.count)
        for (index, column) in columns.enumerated() { values.append(try column.read(row, at: index)) }
        return values
    }
}

extension CopiedTable.Column {
    fileprivate func read(_ row: Row, at index: Int) throws(DatabaseError) -> SQLValue {
        switch kind {
        case .integer: try row.integerOrNull(index).sqlValue
        case .text: try row.textOrNull(index).sqlValue
        case .blob: try row.blobOrNull(index).sqlValue
        }
    }
}
