import GRDB
import GRDBSQLite

/// A connection for the length of one turn on its queue. Statements are compiled and cached by GRDB, then bound and stepped here: texts
/// cross with their length, so that a NUL is seen instead of ending them, and no row is copied that nobody reads.
final class SQLiteConnection: EngineConnection {
    private let database: GRDB.Database

    init(_ database: GRDB.Database) {
        self.database = database
    }

    func run(_ sql: SQL, _ visit: (Row) throws(DatabaseError) -> Bool) throws(DatabaseError) -> Int {
        let statement = try prepared(sql.text)
        let cursor = SQLiteCursor(statement)
        defer { cursor.finish() }
        try cursor.bind(sql.values, database.sqliteConnection)
        let changesBefore = sqlite3_total_changes(database.sqliteConnection)
        let mayStopEarly = statement.isReadonly
        var isVisiting = true
        while try cursor.step(database.sqliteConnection) {
            if isVisiting { isVisiting = try visit(Row(source: cursor)) }
            if !isVisiting && mayStopEarly { break }
        }
        let changedAny = sqlite3_total_changes(database.sqliteConnection) != changesBefore
        return changedAny ? Int(sqlite3_changes(database.sqliteConnection)) : 0
    }

    /// Who may write is alone.
    func beginMigration() {}

    func runScript(_ script: String) throws(DatabaseError) {
        guard sqlite3_exec(database.sqliteConnection, script, nil, nil, nil) == SQLITE_OK else {
            throw SQLiteFailure.last(on: database.sqliteConnection)
        }
    }

    func hasTable(named name: String) throws(DatabaseError) -> Bool {
        try first("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = \(name)") { _ throws(DatabaseError) in true } ?? false
    }

    /// One statement, compiled once, run for each row: SQLite gains nothing from longer ones.
    func insert(_ rows: [[SQLValue]], into table: SQLFragment, _ columns: [SQLFragment]) throws(DatabaseError) {
        for row in rows {
            _ = try run("INSERT INTO \(table) (\(names: columns)) VALUES \(list: row)") { _ throws(DatabaseError) in true }
        }
    }

    /// SQLite looks for the greatest number each time it gives one.
    func restartIdentity(of table: SQLFragment, _ column: SQLFragment) {}

    /// SQLite ends no transaction that waits.
    func allowIdling() {}

    /// Other processes look at the epoch: SQLite cannot tell them.
    func announce() {}

    /// What SQLite gives up it gives up for a whole group: `GroupCommit` sees to it.
    var isGivenUp: Bool { false }

    /// Whether a transaction is open. SQLite ends one by itself after some failures, such as a full disk.
    var isInTransaction: Bool { sqlite3_get_autocommit(database.sqliteConnection) == 0 }

    func control(_ sql: String) throws(DatabaseError) {
        let cursor = SQLiteCursor(try prepared(sql))
        defer { cursor.finish() }
        _ = try cursor.step(database.sqliteConnection)
    }

    /// Undoes the open savepoint, or, where even that fails, the transaction.
    func undoSavepoint() {
        guard isInTransaction else { return }
        do throws(DatabaseError) {
            try control("ROLLBACK TO portico_write")
            try control("RELEASE portico_write")
        } catch {
            abandon()
        }
    }

    /// Ends the transaction without keeping anything.
    func abandon() {
        guard isInTransaction else { return }
        sqlite3_exec(database.sqliteConnection, "ROLLBACK", nil, nil, nil)
    }

    func endSnapshot() {
        do throws(DatabaseError) {
            try control("COMMIT")
        } catch {
            abandon()
        }
    }

    private func prepared(_ sql: String) throws(DatabaseError) -> Statement {
        do {
            let statement = try database.cachedStatement(sql: sql)
            // The same text may be running already: a query inside another's row closure gets a statement of its own.
            guard sqlite3_stmt_busy(statement.sqliteStatement) != 0 else { return statement }
            return try database.makeStatement(sql: sql)
        } catch {
            throw SQLiteFailure.translate(error)
        }
    }
}
