public import Primitives

/// Copies of SQLite databases: made while others write, looked into without a change, put in place of what was there.
extension Database {
    /// Copies the SQLite database at `path` to a new file at `copy`, while other processes go on reading and writing it.
    ///
    /// Blocks until the copy is checked and on disk. It holds what the database held when the copying began: one read transaction keeps that
    /// state in view, so that no write begins the copy anew, and none waits for it; until the end the write-ahead log keeps what is
    /// written. The copy is a single file of mode 0600 without a log beside it. Until it is complete it is called `copy`.part; what a kill
    /// leaves under that name the next attempt writes over.
    /// - Parameter progress: Told after each step how many of the pages are copied.
    /// - Throws: `unavailable` where a file exists at `copy`, another process is copying to it, or a file cannot be read or written; `corrupt` where
    ///   the database is damaged.
    public static func backUpSQLite(
        path: String, to copy: String, progress: (_ copied: Int, _ total: Int) -> Void
    ) throws(DatabaseError) {
        let draft = try SQLiteDraft(of: copy)
        try SQLiteCopying.run(from: path, to: draft.path, progress: progress)
        try draft.publish()
    }

    /// Opens the SQLite file at `path` for reading alone: nothing about it changes, and a write is `unavailable`.
    ///
    /// - Throws: as `openSQLite`; `unavailable` also where there is no such file.
    public static func openSQLiteForReading(path: String, timeSource: TimeSource) throws(DatabaseError) -> Database {
        Database(engine: try SQLiteEngine.reading(path: path), timeSource: timeSource)
    }

    /// Puts the SQLite file `draft` in the place of the one at `path`, which stays under the name `aside`. Nobody may have either open.
    ///
    /// A kill at any moment leaves the former file at `path` or the new one, complete. Both names must be in one folder's file system.
    /// - Throws: `unavailable` where somebody has the file at `path` open, `aside` exists, or the system refuses.
    public static func replaceSQLite(path: String, by draft: String, keeping aside: String) throws(DatabaseError) {
        try SQLiteReplacement(path: path, draft: draft, aside: aside).perform()
    }

    /// Removes the SQLite file at `path`, where there is one, with what lies beside it. Nobody may have it open.
    public static func removeSQLite(path: String) {
        for suffix in [""] + SQLiteFile.sidecars { FileSystem.remove(path + suffix) }
    }
}
