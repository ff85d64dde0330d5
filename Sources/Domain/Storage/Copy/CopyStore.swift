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

    /// Whether the database is the target of an unfinished copy. It can be told without a right to read the mark.
    public func isUnfinished() throws(DatabaseError) -> Bool { try transaction.hasTable(markTable) }

    public func unfinished() throws(DatabaseError) -> UnfinishedCopy? {
        guard try isUnfinished() else { return nil }
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
    /// Marks the database, whose tables need not be there yet, as the target of a copy, which `run` begins.
    public func begin(_ copy: UnfinishedCopy, run: String) throws(DatabaseError) {
        try transaction.execute(
            "CREATE TABLE \(markTable) (source TEXT NOT NULL, is_snapshot BIGINT NOT NULL, run TEXT NOT NULL, pages BIGINT NOT NULL)")
        try transaction.execute(
            "INSERT INTO \(markTable) (source, is_snapshot, run, pages) VALUES (\(copy.source), \(copy.isSnapshot), \(run), 0)")
    }

    /// Lets `run` go on with the copy, and no other from now on: what an earlier one may still have under way is not kept.
    public func takeOver(run: String) throws(DatabaseError) {
        try transaction.execute("UPDATE \(markTable) SET run = \(run)")
    }

    /// Adds the rows. False where another run has taken over, and nothing was added.
    public func append(_ page: CopiedPage, run: String) throws(DatabaseError) -> Bool {
        // The mark is written with every page, so that of two runs the engine lets one through.
        guard try transaction.execute("UPDATE \(markTable) SET pages = pages + 1 WHERE run = \(run)") == 1 else { return false }
        try transaction.insert(page.rows, into: page.table.fragment, page.table.columns.map(\.name))
        return true
    }

    /// Takes the mark away: the database is an installation from now on, whose own rows are numbered after the copied ones. False where another
    /// run has taken over.
    public func finish(run: String) throws(DatabaseError) -> Bool {
        guard try transaction.execute("DELETE FROM \(markTable) WHERE run = \(run)") == 1 else { return false }
        for table in CopiedTable.all where table.hasIdentity {
            for column in table.key { try transaction.restartIdentity(of: table.fragment, column.name) }
        }
        try transaction.execute("DROP TABLE \(markTable)")
        return true
    }
}

private let markTable: SQLFragment = "database_copy"
