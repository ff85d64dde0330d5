import Synchronization

/// The seam behind which an SQL engine stands. An engine accepts work without blocking the caller and answers each piece
/// exactly once, with its own error where it cannot run it.
protocol DatabaseEngine: AnyObject, Sendable {
    var dialect: SQLDialect { get }
    func submit(_ read: any PendingRead)
    func submit(_ write: any PendingWrite)
    /// Yields once for each announcement that a committed write made, here or in another process, as far as the engine hears of it.
    /// Several may be yielded as one; none may be expected from an engine that cannot hear.
    func announcements() -> AsyncStream<Void>
    /// Finishes what was accepted and gives the connections back.
    func close() async
}

/// One connection, inside a transaction, on the thread that owns it.
protocol EngineConnection: AnyObject {
    /// Runs one statement, hands each row to `visit` until it answers false, and returns how many rows the statement itself changed.
    /// A statement that changes rows always runs to its end.
    func run(_ sql: SQL, _ visit: (Row) throws(DatabaseError) -> Bool) throws(DatabaseError) -> Int
    /// Waits until no other process migrates this schema, and keeps others from it until the transaction ends.
    func beginMigration() throws(DatabaseError)
    /// Runs the statements of a migration.
    func runScript(_ script: String) throws(DatabaseError)
    func hasTable(named name: String) throws(DatabaseError) -> Bool
    /// Adds many rows, by the fastest way the engine has. Each row has a value for each of `columns`.
    func insert(_ rows: [[SQLValue]], into table: SQLFragment, _ columns: [SQLFragment]) throws(DatabaseError)
    /// Lets the numbers that the engine gives to new rows go on after the greatest there is.
    func restartIdentity(of table: SQLFragment, _ column: SQLFragment) throws(DatabaseError)
    /// Lets the transaction wait between statements for as long as its closure does, where the engine would else end it.
    func allowIdling() throws(DatabaseError)
    /// Tells other processes, once the transaction is committed, that something changed which they may keep in memory.
    func announce() throws(DatabaseError)
    /// Whether the engine gave up the transaction for a reason that is not the closure's own, so that the closure may run again.
    var isGivenUp: Bool { get }
}

/// A read that waits for a connection.
protocol PendingRead: Sendable {
    /// Runs the closure and answers. False where the engine gave up the transaction meanwhile: nothing was answered, and the read may run again.
    func run(on connection: any EngineConnection) -> Bool
    func fail(_ error: DatabaseError)
}

/// A write that waits for its group, and then for its group's commit.
protocol PendingWrite: Sendable {
    /// Runs the closure and keeps its result; may be called again after its group was given up.
    func run(on connection: any EngineConnection) throws
    /// The group is durable: hands the kept result over.
    func succeed()
    func fail(_ error: any Error)
}

struct ReadJob<T: Sendable>: PendingRead {
    let body: @Sendable (ReadTransaction) throws -> T
    let continuation: CheckedContinuation<T, any Error>

    func run(on connection: any EngineConnection) -> Bool {
        let result = Result { try body(ReadTransaction(connection)) }
        guard !connection.isGivenUp else { return false }
        continuation.resume(with: result)
        return true
    }

    func fail(_ error: DatabaseError) { continuation.resume(throwing: error) }
}

final class WriteJob<T: Sendable>: PendingWrite {
    private let body: @Sendable (WriteTransaction) throws -> T
    private let continuation: CheckedContinuation<T, any Error>
    private let result = Mutex<T?>(nil)

    init(body: @escaping @Sendable (WriteTransaction) throws -> T, continuation: CheckedContinuation<T, any Error>) {
        self.body = body
        self.continuation = continuation
    }

    func run(on connection: any EngineConnection) throws {
        let value = try body(WriteTransaction(connection))
        result.withLock { $0 = value }
    }

    func succeed() {
        guard let value = result.withLock({ $0 }) else { return fail(DatabaseError.misuse("a write was answered before it ran")) }
        continuation.resume(returning: value)
    }

    func fail(_ error: any Error) { continuation.resume(throwing: error) }
}
