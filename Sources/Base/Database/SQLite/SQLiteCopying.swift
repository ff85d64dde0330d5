import GRDB

/// SQLite's online backup, from one file to another.
enum SQLiteCopying {
    /// One MiB at a time where pages have their usual size.
    private static let pagesPerStep: Int32 = 256

    static func run(from path: String, to draft: String, progress: (_ copied: Int, _ total: Int) -> Void) throws(DatabaseError) {
        do {
            let source = try DatabaseQueue(path: path, configuration: configuration(readOnly: true))
            defer { try? source.close() }
            let target = try DatabaseQueue(path: draft, configuration: configuration(readOnly: false))
            defer { try? target.close() }
            try target.inDatabase { target in
                try source.inDatabase { source in try copy(source, to: target, progress: progress) }
                try settle(target)
            }
        } catch {
            throw SQLiteFailure.translate(error)
        }
    }

    private static func copy(
        _ source: GRDB.Database, to target: GRDB.Database, progress: (_ copied: Int, _ total: Int) -> Void
    ) throws {
        // The transaction begins with the first look at the file.
        try source.execute(sql: "BEGIN; SELECT COUNT(*) FROM sqlite_schema")
        try withoutActuallyEscaping(progress) { progress in
            try source.backup(to: target, pagesPerStep: pagesPerStep) { step in
                progress(step.totalPageCount - step.remainingPageCount, step.totalPageCount)
            }
        }
        try source.execute(sql: "COMMIT")
    }

    /// Makes one file of the copy, which has its source's journal mode, and checks every page and index of it.
    private static func settle(_ target: GRDB.Database) throws {
        guard try String.fetchOne(target, sql: "PRAGMA journal_mode = DELETE") == "delete" else {
            throw DatabaseError.unavailable("the copy keeps its write-ahead log")
        }
        let findings = try String.fetchAll(target, sql: "PRAGMA integrity_check(10)")
        guard findings == ["ok"] else { throw DatabaseError.corrupt(findings.joined(separator: "; ")) }
    }

    private static func configuration(readOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(5)
        if !readOnly {
            // The draft is ours alone, and needs no index of a log that others could share.
            configuration.prepareDatabase { connection in try connection.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL") }
        }
        return configuration
    }
}
