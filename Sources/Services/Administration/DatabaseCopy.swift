internal import Cryptography
public import Database
internal import KeyRing
internal import Primitives
internal import Storage

/// Administration owns what is done to an installation as a whole, from outside of any request.
///
/// So far that is one thing: moving all of it from one database to another, of the same engine or not. It owns no SQL (`Storage`), and does not
/// know where databases are or whether a server uses them (`App`).
///
/// A copy goes table by table, in pages of a transaction each, and can be interrupted at any moment: the same copy, begun again, goes on after the
/// last row that arrived. At the end source and target are compared, every row of them. Until then the target is marked as unfinished, and
/// nothing serves it.
public struct DatabaseCopy: Sendable {
    private let source: Database
    private let target: Database
    private let rowsAtOnce: Int
    /// Tells this run from others that write to the same target.
    private let run = Hexadecimal.encode(Randomness.bytes(16))

    /// - Parameter rowsAtOnce: The rows of a page, of which two are held at a time.
    public init(from source: Database, to target: Database, rowsAtOnce: Int = 2000) {
        self.source = source
        self.target = target
        self.rowsAtOnce = rowsAtOnce
    }

    /// Whether `database` is the target of a copy that did not come to its end.
    public static func isUnfinished(in database: Database) async throws -> Bool {
        try await database.read { transaction in try transaction.copies.isUnfinished() }
    }

    /// Copies what is missing in the target and compares all of it. Ends with a `CancellationError` between two pages where its task is cancelled.
    ///
    /// - Parameter snapshot: Whether to read one moment of a source that others write. Such a copy cannot be resumed.
    /// - Throws: `DatabaseCopyError`; `DatabaseError` where a database is not available.
    public func run(snapshot: Bool, progress: (CopyProgress) -> Void = { _ in }) async throws -> CopyReport {
        let mark = UnfinishedCopy(source: try await fingerprint(), isSnapshot: snapshot)
        let isResumed = try await prepare(mark)
        let tables =
            snapshot
            ? try await source.withSnapshot { try await transfer(from: $0, progress) }
            : try await transfer(from: source, progress)
        guard try await target.write({ transaction in try transaction.copies.finish(run: run) }) else { throw DatabaseCopyError.takenOver }
        return CopyReport(tables: tables, isResumed: isResumed)
    }

    // MARK: Before the first row

    /// What tells the source from other databases, once it is known to be a whole installation of this program's schema.
    private func fingerprint() async throws -> String {
        let (version, known) = (try await source.schemaVersion(), Schema.migrations.count)
        guard try await !Self.isUnfinished(in: source) else { throw DatabaseCopyError.sourceIsUnfinished }
        guard try await source.missingMigrations(Schema.migrations).isEmpty else {
            throw version == 0 ? DatabaseCopyError.sourceIsEmpty : .sourceIsBehind(version: version, needed: known)
        }
        // What a newer program keeps in its own tables would be left behind.
        guard version == known else { throw DatabaseError.schemaNewer(found: version, known: known) }
        guard let fingerprint = try await KeyRing.fingerprint(of: source) else { throw DatabaseCopyError.sourceIsEmpty }
        return Hexadecimal.encode(fingerprint.bytes)
    }

    /// Marks the target, or finds it marked by an earlier run of the same copy, and gives it the schema.
    ///
    /// - Returns: whether rows may be there already.
    private func prepare(_ mark: UnfinishedCopy) async throws -> Bool {
        let isResumed = try await target.write { transaction in
            guard let former = try transaction.copies.unfinished() else {
                if let table = try transaction.copies.firstFilled() { throw DatabaseCopyError.targetIsNotEmpty(table: table.name) }
                try transaction.copies.begin(mark, run: run)
                return false
            }
            guard former.source == mark.source else { throw DatabaseCopyError.targetIsOfAnotherSource }
            guard !former.isSnapshot else { throw DatabaseCopyError.snapshotIsGone }
            try transaction.copies.takeOver(run: run)
            return true
        }
        try await target.migrate(Schema.migrations)
        return isResumed
    }

    // MARK: Row by row

    private func transfer(from origin: some SQLSource, _ progress: (CopyProgress) -> Void) async throws -> [TableSummary] {
        for (index, table) in CopiedTable.all.enumerated() {
            try await naming(table) {
                try await copy(table, from: origin) { progress(CopyProgress(step: .copying, table: table.name, number: index + 1, rows: $0)) }
            }
        }
        var (summaries, different) = ([TableSummary](), [String]())
        for (index, table) in CopiedTable.all.enumerated() {
            progress(CopyProgress(step: .comparing, table: table.name, number: index + 1, rows: 0))
            async let there = summary(of: table, in: origin)
            let here = try await summary(of: table, in: target)
            if try await here != there { different.append(table.name) }
            summaries.append(here)
        }
        guard different.isEmpty else { throw DatabaseCopyError.different(tables: different) }
        return summaries
    }

    /// The next page is read while one is written.
    private func copy(_ table: CopiedTable, from origin: some SQLSource, _ progress: (Int) -> Void) async throws {
        let end = try await target.read { transaction in try transaction.copies.end(of: table) }
        var (page, rows) = (try await self.page(of: table, after: end, in: origin), 0)
        while let end = page.end {
            try Task.checkCancellation()
            let full = page
            async let next = self.page(of: table, after: end, in: origin)
            guard try await target.write({ transaction in try transaction.copies.append(full, run: run) }) else { throw DatabaseCopyError.takenOver }
            rows += full.count
            progress(rows)
            page = try await next
        }
    }

    private func summary(of table: CopiedTable, in origin: some SQLSource) async throws -> TableSummary {
        var checksum = TableChecksum(table)
        var page = try await page(of: table, after: nil, in: origin)
        while let end = page.end {
            try Task.checkCancellation()
            checksum.add(page)
            page = try await self.page(of: table, after: end, in: origin)
        }
        return checksum.finish()
    }

    private func page(of table: CopiedTable, after key: CopiedKey?, in origin: some SQLSource) async throws -> CopiedPage {
        let rows = rowsAtOnce
        return try await origin.read { transaction in try transaction.copies.page(of: table, after: key, limit: rows) }
    }

    /// A row that cannot be read, or that the target does not take, is told with its table.
    private func naming(_ table: CopiedTable, _ work: () async throws -> Void) async throws {
        do {
            try await work()
        } catch let error as DatabaseError {
            if case .unavailable = error { throw error }
            throw DatabaseCopyError.row(table: table.name, error)
        }
    }
}
