import Dispatch
import Synchronization

/// Where rows can be read from: a database, each time as it is at that moment, or one snapshot of it.
public protocol SQLSource: Sendable {
    /// Runs `body` on one consistent state.
    func read<T: Sendable>(_ body: @escaping @Sendable (ReadTransaction) throws -> T) async throws -> T
}

extension Database: SQLSource {
    /// Runs `body` with a snapshot that stays the same however often it is read, whatever is written meanwhile. Nobody who writes waits for it.
    ///
    /// It keeps one of the connections for reads, so `body` must not wait for reads of the database itself. For as long as it is held the
    /// engine keeps what was changed since: SQLite in its write-ahead log, PostgreSQL in its tables.
    public func withSnapshot<T>(_ body: (Snapshot) async throws -> T) async throws -> T {
        let snapshot = Snapshot()
        async let held: Void = hold(snapshot)
        let result: T
        do {
            result = try await body(snapshot)
        } catch {
            snapshot.end()
            await held
            throw error
        }
        snapshot.end()
        await held
        return result
    }

    private func hold(_ snapshot: Snapshot) async {
        do {
            try await read { transaction in try snapshot.serve(transaction) }
            snapshot.close(.misuse("a snapshot was read after its end"))
        } catch {
            snapshot.close(error as? DatabaseError ?? .unavailable("\(error)"))
        }
    }
}

/// One state of a database, made by `Database.withSnapshot`. Reads of it run one after the other.
public final class Snapshot: SQLSource {
    private struct State {
        var waiting: [any PendingRead] = []
        var isServed = false
        var isEnding = false
        var refusal: DatabaseError?
    }

    private let state = Mutex(State())
    /// Signalled once for each read, and once for the end.
    private let wake = DispatchSemaphore(value: 0)

    public func read<T: Sendable>(_ body: @escaping @Sendable (ReadTransaction) throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in submit(ReadJob(body: body, continuation: continuation)) }
    }

    private func submit(_ read: any PendingRead) {
        let refusal = state.withLock { state in
            if state.refusal == nil { state.waiting.append(read) }
            return state.refusal
        }
        if let refusal { return read.fail(refusal) }
        wake.signal()
    }

    /// Answers reads until the end. It waits on the thread of the engine's own on which a transaction runs, never on the cooperative pool.
    ///
    /// - Throws: `unavailable` where the engine gave the transaction up: another one would see another state.
    fileprivate func serve(_ transaction: ReadTransaction) throws(DatabaseError) {
        let isFirst = state.withLock { state in
            defer { state.isServed = true }
            return !state.isServed
        }
        guard isFirst else { throw Self.lost }
        while let read = next() {
            guard read.run(on: transaction.connection) else {
                read.fail(Self.lost)
                throw Self.lost
            }
        }
    }

    private static let lost = DatabaseError.unavailable("the snapshot was lost with its connection")

    private func next() -> (any PendingRead)? {
        while true {
            let (read, isOver) = state.withLock { state in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isEnding)
            }
            if let read { return read }
            if isOver { return nil }
            wake.wait()
        }
    }

    fileprivate func end() {
        state.withLock { $0.isEnding = true }
        wake.signal()
    }

    /// Refuses the reads that still wait, and all that come.
    fileprivate func close(_ refusal: DatabaseError) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.refusal = refusal
            return state.waiting
        }
        for read in waiting { read.fail(refusal) }
    }
}
