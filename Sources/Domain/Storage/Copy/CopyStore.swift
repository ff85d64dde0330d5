public import Database

/// A copy that is under way, or was: the mark in its target, there from before the first row until the last was compared.
public struct UnfinishedCopy: Sendable, Hashable {
    /// What tells the source from other databases.
    public let source: String
    /// Whether the rows are of one moment that is gone, so that no other run can go on with them.
    public let isSnapshot: Bool

    public init(source: String, isSnapshot: Bool) {
        self.source = source
        self.isSnapshot = isSnapshot
    }
}

/// Whole tables, read and written a page at a time, and the mark of a copy that is not finished.
///
/// How far a copy came is not written down apart: rows are added in the order of their key, so the last one there says it.
public struct CopyStore<Transaction: SQLReading> {
    let transaction: Transaction

    public func unfinished() throws(DatabaseError) -> UnfinishedCopy? {
        guard try transaction.hasTable(markTable) else { return nil }
        return try transaction.first("SELECT source, is_snapshot FROM \(markTable)") { row throws(DatabaseError) in
            UnfinishedCopy(source: try row.text(0), isSnapshot: try row.bool(1))
        }
    }

    /// The first of the copied tables that holds anything, in a database that may not have all of them.
    public func firstFilled() throws(DatabaseError) -> CopiedTable? {
        for table in CopiedTable.all where try transaction.hasTable(table.fragment) {
            if try transaction.first("SELECT 1 FROM \(table.fragment) LIMIT 1", { _ throws(DatabaseError) in true }) != nil { return table }
        }
        return nil
    }

    /// At most `limit` rows after `key`, or from the first.
    public func page(of table: CopiedTable, after key: CopiedKey?, limit: Int) throws(DatabaseError) -> CopiedPage {
        let (columns, order) = (table.columns.map(\.name), table.key.map(\.name))
        guard let key else {
            return CopiedPage(
                table: table,
                rows: try transaction.query(
                    "SELECT \(names: columns) FROM \(table.fragment) ORDER BY \(names: order) LIMIT \(limit)", table.read))
        }
        return CopiedPage(
            table: table,
            rows: try transaction.query(
                """
                SELECT \(names: columns) FROM \(table.fragment) WHERE (\(names: order)) > \(list: key.values)
                ORDER BY \(names: order) LIMIT \(limit)
                """, table.read))
    }

    /// Where the table's rows end; nil where there are none.
    public func end(of table: CopiedTable) throws(DatabaseError) -> CopiedKey? {
        let last = try transaction.first(
            "SELECT \(names: table.columns.map(\.name)) FROM \(table.fragment) ORDER BY \(descending: table.key.map(\.name)) LIMIT 1", table.read)
        return CopiedPage(table: table, rows: last.map { [$0] } ?? []).end
    }
}

extension CopyStore where Transaction == WriteTransaction {
    /// Marks the database, whose tables need not be there yet, as the target of a copy.
    public func begin(_ copy: UnfinishedCopy) throws(DatabaseError) {
        try transaction.execute("CREATE TABLE \(markTable) (source TEXT NOT NULL, is_snapshot BIGINT NOT NULL)")
        try transaction.execute("INSERT INTO \(markTable) (source, is_snapshot) VALUES (\(copy.source), \(copy.isSnapshot))")
    }

    public func append(_ page: CopiedPage) throws(DatabaseError) {
        try transaction.insert(page.rows, into: page.table.fragment, page.table.columns.map(\.name))
    }

    /// Takes the mark away: the database is an installation from now on, whose own rows are numbered after the copied ones.
    public func finish() throws(DatabaseError) {
        for table in CopiedTable.all where table.hasIdentity {
            for column in table.key { try transaction.restartIdentity(of: table.fragment, column.name) }
        }
        try transaction.execute("DROP TABLE \(markTable)")
    }
}

private let markTable: SQLFragment = "database_copy"
