import GRDB

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One database file taking the place of another, in steps of which each leaves the place filled.
struct SQLiteReplacement {
    let path: String
    let draft: String
    let aside: String

    func perform() throws(DatabaseError) {
        for name in [path, draft, aside] where name.utf8.contains(0) { throw .misuse("a path with a NUL character") }
        guard !FileSystem.exists(aside) else { throw .unavailable("the file \(aside) exists already") }
        let former = FileSystem.exists(path) ? try hold() : nil
        defer { try? former?.close() }
        if FileSystem.exists(path), link(path, aside) != 0 { throw FileSystem.failure("cannot keep \(path) as \(aside)") }
        // A log that lies beside the new file would be taken for its own. A former file that could be opened has none any more; that of a
        // damaged one, or of one that is gone, goes aside with it.
        for suffix in SQLiteFile.sidecars where FileSystem.exists(path + suffix) {
            guard rename(path + suffix, aside + suffix) == 0 else { throw FileSystem.failure("cannot move \(path + suffix)") }
        }
        try FileSystem.giveOwner(of: FileSystem.exists(path) ? path : FileSystem.folder(of: path), to: draft)
        try FileSystem.flush(draft)
        guard rename(draft, path) == 0 else { throw FileSystem.failure("cannot rename \(draft) to \(path)") }
        try FileSystem.flushFolder(of: path)
    }

    /// Makes one file of the former file, and locks it against everyone until the returned connection is closed. Nil where it is damaged
    /// beyond opening, and nobody holds it.
    private func hold() throws(DatabaseError) -> DatabaseQueue? {
        do {
            let settling = try open(exclusively: false)
            try settling.inDatabase { try requireNoLog($0, "PRAGMA journal_mode = DELETE") }
            try settling.close()
            // Somebody may have come in between, and made it a file with a log again. The connection that is held must have none: closed, it
            // would remove the log that lies under the file's name, by then another's.
            let held = try open(exclusively: true)
            try held.inDatabase { connection in
                try connection.execute(sql: "BEGIN EXCLUSIVE; COMMIT")
                try requireNoLog(connection, "PRAGMA journal_mode")
            }
            return held
        } catch let failure as GRDB.DatabaseError where [.SQLITE_BUSY, .SQLITE_LOCKED].contains(failure.resultCode) {
            throw inUse
        } catch {
            let failure = SQLiteFailure.translate(error)
            guard case .corrupt = failure, !isLocked() else { throw failure }
            return nil
        }
    }

    private func open(exclusively: Bool) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .immediateError
        configuration.prepareDatabase { connection in
            // A lock taken in this mode is kept when its transaction ends.
            if exclusively { try connection.execute(sql: "PRAGMA locking_mode = EXCLUSIVE") }
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private func requireNoLog(_ connection: GRDB.Database, _ question: String) throws {
        guard try String.fetchOne(connection, sql: question) == "delete" else { throw inUse }
    }

    private var inUse: DatabaseError { .unavailable("another process has \(path) open") }

    /// Whether another process has a lock where SQLite sets its own: everyone who has a database with a log open does.
    private func isLocked() -> Bool {
        let descriptor = systemOpen(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var lock = flock()
        (lock.l_type, lock.l_whence) = (Int16(F_WRLCK), Int16(SEEK_SET))
        // From the file format's documentation: the pending byte, the reserved byte and the shared range.
        (lock.l_start, lock.l_len) = (0x4000_0000, 512)
        return fcntl(descriptor, F_GETLK, &lock) == 0 && Int32(lock.l_type) != F_UNLCK
    }
}

// The name is taken by the method above.
private func systemOpen(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }
