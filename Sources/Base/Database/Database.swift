public import Primitives

/// The one SQL surface of the house.
///
/// Database owns connections, transactions, durability, migrations and the meaning of engine errors. It offers `read` and
/// `write` with a synchronous transaction closure, statements whose values are bound by interpolation, and typed rows.
/// It does not know a single table of this product: schemas come from `migrations/`, statements from `Storage`.
///
/// The engines are SQLite (`SQLiteEngine`) and PostgreSQL (`PostgresEngine`), behind the seam `DatabaseEngine`. Statements handed in keep to
/// the SQL that both speak, so that only migrations differ between engines.
public final class Database: Sendable {
    private let engine: any DatabaseEngine
    let timeSource: TimeSource

    init(engine: any DatabaseEngine, timeSource: TimeSource) {
        self.engine = engine
        self.timeSource = timeSource
    }

    /// Opens the SQLite file at `path`, creating it with mode 0600 where it is missing and narrowing a wider mode.
    ///
    /// The file is in WAL mode with `synchronous=FULL` and foreign keys on. Another process holding the write lock is waited
    /// for up to five seconds.
    /// - Parameter readers: The most connections that reads may use; they are opened as concurrent reads ask for them. Reads that wait share
    ///   a snapshot, so a few connections serve many requests; each further one costs the waking of a thread per read.
    /// - Throws: `unavailable` where the file cannot be opened, `corrupt` where it is no SQLite database.
    public static func openSQLite(path: String, readers: Int = 2, timeSource: TimeSource) throws(DatabaseError) -> Database {
        Database(engine: try SQLiteEngine(path: path, readers: readers, durability: .full), timeSource: timeSource)
    }

    /// A private store for tests and trials: temporary files that go when it is closed or released, with the transactions and
    /// connections of the durable store but nothing flushed to disk. The process ends if the temporary folder is not writable.
    public static func openInMemory() -> Database {
        do {
            return Database(engine: try SQLiteEngine.temporary(), timeSource: .system)
        } catch {
            preconditionFailure("no temporary database: \(error)")
        }
    }

    /// Opens the PostgreSQL database at `url`. It connects when the first transaction asks for it, and again whenever a connection was lost.
    ///
    /// Writes are SERIALIZABLE: they mean what they mean under SQLite's single writer. A statement ends after ten seconds unless the URI, the
    /// role or the database says otherwise; a server that is away is waited for for three.
    /// - Parameters:
    ///   - connections: The most connections, half for reads and half for writes; one more listens. They are opened as concurrent
    ///     work asks for them. Work beyond what they get through in a moment is refused as `unavailable`.
    ///   - applicationName: What the server's administrator sees the connections as.
    public static func openPostgres(
        _ url: PostgresURL, connections: Int, applicationName: String = "portico", timeSource: TimeSource
    ) throws(DatabaseError) -> Database {
        let server = PostgresServer(url: url, applicationName: applicationName)
        return Database(engine: try PostgresEngine(server, connections: connections), timeSource: timeSource)
    }

    /// Runs `body` on one consistent snapshot.
    ///
    /// - Throws: What `body` throws, unchanged; `DatabaseError.unavailable` where no connection can take it.
    public func read<T: Sendable>(_ body: @escaping @Sendable (ReadTransaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            engine.submit(ReadJob(body: body, continuation: continuation))
        }
    }

    /// Runs `body` in a transaction and returns once its commit is durable.
    ///
    /// Concurrent writes share one commit, each in a savepoint of its own: what one throws undoes that one alone. Where the
    /// engine gives up a whole group for the sake of one, the others run again, so `body` must have no effect outside the transaction.
    /// Once a statement has failed, `body` must throw: whether the transaction could go on differs between engines. Where another node's
    /// change came first, or the connection broke before the commit was sent, `body` runs again, a bounded number of times.
    /// - Throws: What `body` throws, unchanged; `DatabaseError.unavailable` where too many writes wait already, or where the commit
    ///   failed (the change is then not made) or its answer was lost (it may have been made).
    @discardableResult
    public func write<T: Sendable>(_ body: @escaping @Sendable (WriteTransaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            engine.submit(WriteJob(body: body, continuation: continuation))
        }
    }

    /// Yields when a write that announced something is committed here or on another node, several at times as one. On an engine that cannot hear
    /// other processes it ends at once; on one that can, an announcement may be lost with a connection. It is the sooner of two ways to
    /// notice a change; the other is to look.
    public func announcements() -> AsyncStream<Void> { engine.announcements() }

    /// The steps of `migrations` that the schema lacks. Nothing is changed, and no right to change the schema is needed.
    ///
    /// - Throws: `schemaNewer` where a newer program has taken away what this one needs; `schemaAltered`.
    public func missingMigrations(_ migrations: [Migration]) async throws -> [Migration] {
        let migrator = try Migrator(migrations, engine.dialect)
        return try await read { transaction in Array(try migrator.missing(transaction)) }
    }

    /// Brings the schema to the last of `migrations`, or leaves it where a newer program has brought it and this one can work. Safe to call from
    /// several processes at once.
    ///
    /// - Throws: `schemaNewer` or `schemaAltered`, before anything is changed; `forbidden` where the role may not change the schema; what a
    ///   migration's SQL provokes, with that migration undone.
    public func migrate(_ migrations: [Migration]) async throws {
        let migrator = try Migrator(migrations, engine.dialect)
        while let next = try await missingMigrations(migrations).first {
            do {
                let now = timeSource.now()
                _ = try await write { transaction in try migrator.applyNext(transaction, at: now) }
            } catch {
                // Another process may have made the same step at the same moment; where the engine lets both begin, one fails.
                guard try await missingMigrations(migrations).first?.version != next.version else { throw error }
            }
        }
    }

    /// Which SQL the schema is written in.
    public var dialect: SQLDialect { engine.dialect }

    /// The last migration applied; 0 where there is none.
    public func schemaVersion() async throws -> Int {
        try await read { transaction in try Migrator.applied(transaction).last?.version ?? 0 }
    }

    /// Runs `body` and closes the database, whatever happens.
    public func closing<T>(after body: (Database) async throws -> T) async throws -> T {
        do {
            let result = try await body(self)
            await close()
            return result
        } catch {
            await close()
            throw error
        }
    }

    /// Finishes what was accepted, then gives the connections back. Later reads and writes are `unavailable`.
    public func close() async {
        await engine.close()
    }
}
