/// What both kinds of transaction can do. Stores that only read are written against this.
public protocol SQLReading: AnyObject {
    /// Every row of the result, decoded in order.
    func query<T>(_ sql: SQL, _ decode: (Row) throws(DatabaseError) -> T) throws(DatabaseError) -> [T]
    /// The first row of the result; `nil` where there is none.
    func first<T>(_ sql: SQL, _ decode: (Row) throws(DatabaseError) -> T) throws(DatabaseError) -> T?
    /// Whether there is a table of this name: for what may be there or not, which a migration does not say.
    func hasTable(_ name: SQLFragment) throws(DatabaseError) -> Bool
}

/// A snapshot to read from. It must not leave the closure it is handed to.
public final class ReadTransaction: SQLReading {
    let connection: any EngineConnection

    init(_ connection: any EngineConnection) { self.connection = connection }

    public func query<T>(_ sql: SQL, _ decode: (Row) throws(DatabaseError) -> T) throws(DatabaseError) -> [T] {
        try connection.query(sql, decode)
    }

    public func first<T>(_ sql: SQL, _ decode: (Row) throws(DatabaseError) -> T) throws(DatabaseError) -> T? {
        try connection.first(sql, decode)
    }

    public func hasTable(_ name: SQLFragment) throws(DatabaseError) -> Bool { try connection.hasTable(named: name.text) }
}

/// A transaction that may change rows. It must not leave the closure it is handed to.
public final class WriteTransaction: SQLReading {
    let connection: any EngineConnection

    init(_ connection: any EngineConnection) { self.connection = connection }

    public func query<T>(_ sql: SQL, _ decode: (Row) throws(DatabaseError) -> T) throws(DatabaseError) -> [T] {
        try connection.query(sql, decode)
    }

    public func first<T>(_ sql: SQL, _ decode: (Row) throws(DatabaseError) -> T) throws(DatabaseError) -> T? {
        try connection.first(sql, decode)
    }

    public func hasTable(_ name: SQLFragment) throws(DatabaseError) -> Bool { try connection.hasTable(named: name.text) }

    /// Runs one statement and returns how many rows it inserted, changed or deleted itself (not by a foreign key's action).
    @discardableResult
    public func execute(_ sql: SQL) throws(DatabaseError) -> Int {
        try connection.run(sql) { _ throws(DatabaseError) in true }
    }

    /// Adds many rows by the fastest way the engine has.
    ///
    /// - Parameter rows: Each with a value for each of `columns`, in their order.
    public func insert(_ rows: [[SQLValue]], into table: SQLFragment, _ columns: [SQLFragment]) throws(DatabaseError) {
        guard rows.allSatisfy({ $0.count == columns.count }) else { throw .misuse("a row's values do not match its columns") }
        try connection.insert(rows, into: table, columns)
    }

    /// Lets the numbers that the engine gives to new rows of `table` go on after the greatest there is, where rows came with numbers of their own.
    public func restartIdentity(of table: SQLFragment, _ column: SQLFragment) throws(DatabaseError) {
        try connection.restartIdentity(of: table, column)
    }

    /// Wakes whoever waits for `Database.announcements`, here and on other nodes, once this transaction is committed. It carries no word of what
    /// changed, and may be lost where a connection breaks: a number in the database says for certain.
    public func announce() throws(DatabaseError) { try connection.announce() }
}

extension EngineConnection {
    func query<T>(_ sql: SQL, _ decode: (Row) throws(DatabaseError) -> T) throws(DatabaseError) -> [T] {
        var results: [T] = []
        _ = try run(sql) { row throws(DatabaseError) in
            results.append(try decode(row))
            return true
        }
        return results
    }

    func first<T>(_ sql: SQL, _ decode: (Row) throws(DatabaseError) -> T) throws(DatabaseError) -> T? {
        var result: T?
        _ = try run(sql) { row throws(DatabaseError) in
            result = try decode(row)
            return false
        }
        return result
    }
}
