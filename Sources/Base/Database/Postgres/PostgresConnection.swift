internal import CPostgres

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// One connection, used on the queue of its lane only.
///
/// libpq's pipeline mode saves round trips: a transaction's beginning travels with its first statement, a statement's preparation with its
/// first run, and the end of what nobody waits for with whatever comes next.
final class PostgresConnection: EngineConnection {
    private let handle: OpaquePointer
    private var prepared: [StatementKey: String] = [:]
    /// How many names for prepared statements were given out.
    private var names = 0
    /// The beginning of a transaction, not yet sent.
    private var opening: String?
    /// Commands sent whose answers nobody has read yet, each with a synchronisation point of its own.
    private var owed = 0
    /// Why the transaction was given up, where another try may go better.
    private(set) var fault: PostgresFailure?
    /// Gone, or out of step with the server: nothing more can be said on it.
    private var isBroken = false

    private struct StatementKey: Hashable {
        let text: String
        let types: [Oid]
    }

    /// Statements come from the program's source, so there are not many; lists of other lengths make some more.
    private static let mostPrepared = 256
    /// Longer than any statement may take on the server: after this the server is taken for dead.
    private static let patience: Int32 = 20_000

    /// Connects, which may block for as long as `connect_timeout` says for each host.
    init(_ server: PostgresServer) throws(DatabaseError) {
        handle = try PostgresHandle.connect(server)
        guard PQenterPipelineMode(handle) == 1 else {
            PQfinish(handle)
            throw .unavailable("the connection does not take pipelined statements")
        }
    }

    deinit { PQfinish(handle) }

    // MARK: Transactions

    /// Begins a transaction with the next statement.
    func begin(_ statement: String) {
        fault = nil
        opening = statement
    }

    /// Whether a statement has failed, so that the transaction can only be undone.
    var hasFailed: Bool { fault != nil || PQtransactionStatus(handle) == PQTRANS_INERROR }

    var isGivenUp: Bool { fault != nil }

    /// Commits and waits for the answer.
    ///
    /// - Throws: with a fault where the transaction may run again; without one where it must not, because its outcome is not known.
    func commit() throws(DatabaseError) {
        // Where nothing was sent there is nothing to end.
        guard opening == nil else { return opening = nil }
        guard PQstatus(handle) == CONNECTION_OK else { throw give(up: .silent) }
        try send { PQsendQueryParams(handle, "COMMIT", 0, nil, nil, nil, nil, 1) }
        do throws(DatabaseError) {
            if try succeeded(try receive(commands: 1)).isRollback { throw .unavailable("the transaction was undone by the server") }
        } catch {
            if isBroken {
                fault = nil
                throw .unavailable("the answer to a commit was lost: whether the change was made is not known")
            }
            throw error
        }
    }

    /// Ends the transaction without waiting: `COMMIT` where only reading was done, else `ROLLBACK`.
    func end(_ statement: String) {
        guard opening == nil else { return opening = nil }
        guard isUsable else { return }
        if PQsendQueryParams(handle, statement, 0, nil, nil, nil, nil, 1) == 1, PQpipelineSync(handle) == 1 { owed += 1 }
    }

    /// Whether another transaction can begin here.
    var isUsable: Bool { !isBroken && PQstatus(handle) == CONNECTION_OK }

    // MARK: Statements

    func run(_ sql: SQL, _ visit: (Row) throws(DatabaseError) -> Bool) throws(DatabaseError) -> Int {
        if let fault { throw fault.error }
        let result = try execute(sql.text, try PostgresValues(sql.values))
        defer { result.finish() }
        for row in 0..<result.rowCount {
            // A row's own closure may run another statement, but has this result to itself.
            result.select(row)
            guard try visit(Row(source: result)) else { break }
        }
        return result.changedRows
    }

    func runScript(_ script: String) throws(DatabaseError) {
        // Several statements at once.
        try withoutPipeline { () throws(DatabaseError) in _ = try executeSimply(script) }
    }

    /// However long another migration takes, this one waits for it. Waiting for a table ends as it does for every statement: what serves
    /// must not queue up behind a migration that cannot begin.
    func beginMigration() throws(DatabaseError) {
        let limit = try first("SELECT current_setting('lock_timeout')") { row throws(DatabaseError) in try row.text(0) } ?? "0"
        for statement: SQL in [
            "SELECT set_config('statement_timeout', '0', true)", "SELECT set_config('lock_timeout', '0', true)",
            "SELECT pg_advisory_xact_lock(hashtextextended('portico migration of ' || current_schema(), 0))",
            "SELECT set_config('lock_timeout', \(limit), true)",
        ] { _ = try run(statement) { _ throws(DatabaseError) in true } }
    }

    func hasTable(named name: String) throws(DatabaseError) -> Bool {
        try first("SELECT 1 WHERE to_regclass(\(name)) IS NOT NULL") { _ throws(DatabaseError) in true } ?? false
    }

    func allowIdling() throws(DatabaseError) {
        _ = try first("SELECT set_config('idle_in_transaction_session_timeout', '0', true)") { _ throws(DatabaseError) in true }
    }

    func announce() throws(DatabaseError) {
        _ = try run("SELECT 1 FROM pg_notify(\(PostgresListener.channel), '')") { _ throws(DatabaseError) in true }
    }

    func insert(_ rows: [[SQLValue]], into table: SQLFragment, _ columns: [SQLFragment]) throws(DatabaseError) {
        if let fault { throw fault.error }
        let data = try PostgresCopyData(rows)
        let names = columns.map(\.text).joined(separator: ", ")
        try withoutPipeline { () throws(DatabaseError) in
            let begun = try executeSimply("COPY \(table.text) (\(names)) FROM STDIN (FORMAT binary)")
            guard begun.status == PGRES_COPY_IN, data.send(on: handle) else { throw give(up: .silent) }
            guard let end = try next(), try next() == nil else { throw give(up: .silent) }
            if let failure = end.failure { throw note(failure) }
            guard end.changedRows == rows.count else { throw .unavailable("not every row was taken") }
        }
    }

    func restartIdentity(of table: SQLFragment, _ column: SQLFragment) throws(DatabaseError) {
        _ = try first(
            """
            SELECT setval(pg_get_serial_sequence(\(table.text), \(column.text)), COALESCE((SELECT MAX(\(column)) FROM \(table)), 0) + 1, false)
            """
        ) { _ throws(DatabaseError) in true }
    }

    private func execute(_ text: String, _ values: PostgresValues) throws(DatabaseError) -> PostgresResult {
        let key = StatementKey(text: text, types: values.types)
        let known = prepared[key]
        let name = known ?? nextName()
        var commands = 0
        if let opening {
            try send(synchronised: false) { PQsendQueryParams(handle, opening, 0, nil, nil, nil, nil, 1) }
            self.opening = nil
            commands += 1
        }
        if let name {
            if known == nil {
                try send(synchronised: false) { PQsendPrepare(handle, name, text, values.count, values.types) }
                commands += 1
            }
            try send { values.withPointers { PQsendQueryPrepared(handle, name, values.count, $0, $1, $2, 1) } }
        } else {
            try send { values.withPointers { PQsendQueryParams(handle, text, values.count, values.types, $0, $1, $2, 1) } }
        }
        let results = try receive(commands: commands + 1)
        // What is prepared stays so, even where its first run fails.
        if let name, known == nil, results[commands - 1].status == PGRES_COMMAND_OK { prepared[key] = name }
        return try succeeded(results)
    }

    /// For what is no statement of the extended protocol, the only one that pipelines. What was pipelined is read first.
    private func withoutPipeline(_ body: () throws(DatabaseError) -> Void) throws(DatabaseError) {
        _ = try execute("SELECT 1", try PostgresValues([]))
        guard PQexitPipelineMode(handle) == 1 else { throw give(up: .silent) }
        defer { PQenterPipelineMode(handle) }
        try body()
    }

    private func executeSimply(_ text: String) throws(DatabaseError) -> PostgresResult {
        guard let answer = PQexec(handle, text) else { throw give(up: .silent) }
        let result = PostgresResult(answer)
        if let failure = result.failure { throw note(failure) }
        return result
    }

    private func nextName() -> String? {
        guard names < Self.mostPrepared else { return nil }
        names += 1
        return "p\(names)"
    }

    // MARK: The wire

    private func send(synchronised: Bool = true, _ command: () -> Int32) throws(DatabaseError) {
        guard command() == 1, !synchronised || PQpipelineSync(handle) == 1 else { throw give(up: .silent) }
    }

    /// The answers to the commands since the last synchronisation point, read up to the next one.
    private func receive(commands: Int) throws(DatabaseError) -> [PostgresResult] {
        while owed > 0 {
            owed -= 1
            _ = try receiveGroup(1)
        }
        return try receiveGroup(commands)
    }

    /// The last of the answers, where none is a failure: after one the server skips the rest.
    private func succeeded(_ results: [PostgresResult]) throws(DatabaseError) -> PostgresResult {
        if let failure = results.lazy.compactMap(\.failure).first { throw note(failure) }
        guard let result = results.last else { throw give(up: .silent) }
        return result
    }

    private func receiveGroup(_ commands: Int) throws(DatabaseError) -> [PostgresResult] {
        var results: [PostgresResult] = []
        for _ in 0..<commands {
            guard let result = try next() else { throw give(up: .silent) }
            results.append(result)
            // Each command's answers end with none.
            guard PQstatus(handle) == CONNECTION_OK, try next() == nil else { throw give(up: result.failure ?? .silent) }
        }
        guard let end = try next(), end.status == PGRES_PIPELINE_SYNC else { throw give(up: .silent) }
        return results
    }

    private func next() throws(DatabaseError) -> PostgresResult? {
        while PQisBusy(handle) != 0 {
            var socket = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            let ready = poll(&socket, 1, Self.patience)
            if ready < 0 && errno == EINTR { continue }
            guard ready > 0, PQconsumeInput(handle) == 1 else { throw give(up: .silent) }
        }
        return PQgetResult(handle).map(PostgresResult.init)
    }

    /// Remembers a failure that another try may get over, and answers with its error.
    private func note(_ failure: PostgresFailure) -> DatabaseError {
        switch failure.consequence {
        case .refused: break
        case .conflict: fault = failure
        case .lost:
            fault = failure
            isBroken = true
        }
        return failure.error
    }

    /// The connection is out of step or gone, whatever the server said last.
    private func give(up failure: PostgresFailure) -> DatabaseError {
        fault = .silent
        isBroken = true
        return failure.error
    }
}
