import GRDB

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The database file, its mode, and how connections to it are set up.
struct SQLiteFile: Sendable {
    let path: String
    let durability: SQLiteEngine.Durability
    /// The folder to remove with the store, for a temporary one.
    private let temporaryFolder: String?

    init(path: String, durability: SQLiteEngine.Durability) throws(DatabaseError) {
        self.init(path: path, durability: durability, temporaryFolder: nil)
        try restrict()
    }

    /// A file that is there already, taken as it is.
    init(existing path: String) {
        self.init(path: path, durability: .full, temporaryFolder: nil)
    }

    private init(path: String, durability: SQLiteEngine.Durability, temporaryFolder: String?) {
        self.path = path
        self.durability = durability
        self.temporaryFolder = temporaryFolder
    }

    static func temporary() throws(DatabaseError) -> SQLiteFile {
        var template = Array("/tmp/portico-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .unavailable("no temporary folder: \(String(cString: strerror(errno)))") }
        let folder = template.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return SQLiteFile(path: folder + "/portico.db", durability: .off, temporaryFolder: folder)
    }

    /// What SQLite keeps beside a file, by how the names end.
    static let sidecars = ["-wal", "-shm", "-journal"]

    func removeIfTemporary() {
        guard let temporaryFolder else { return }
        for suffix in [""] + Self.sidecars { unlink(path + suffix) }
        rmdir(temporaryFolder)
    }

    /// Creates the file with mode 0600 where it is missing, and narrows the mode of one that exists.
    ///
    /// An existing file is never opened and closed here: closing any descriptor of a file gives up every POSIX lock this
    /// process holds on it, and SQLite's own may be among them.
    private func restrict() throws(DatabaseError) {
        guard !path.utf8.contains(0) else { throw .misuse("a path with a NUL character") }
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            fchmod(descriptor, 0o600)
            close(descriptor)
        } else if errno != EEXIST {
            throw .unavailable("cannot create the database file: \(String(cString: strerror(errno)))")
        } else {
            try narrow(path)
        }
        try restrictSidecars()
    }

    /// Narrows the modes of the write-ahead log and its index where they exist. SQLite makes new ones with the file's mode.
    func restrictSidecars() throws(DatabaseError) {
        try narrow(path + "-wal")
        try narrow(path + "-shm")
    }

    private func narrow(_ path: String) throws(DatabaseError) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        guard status.st_mode & 0o777 != 0o600 else { return }
        guard chmod(path, 0o600) == 0 else {
            throw .unavailable("cannot set the database file's mode to 0600: \(String(cString: strerror(errno)))")
        }
    }

    func openWriter() throws(DatabaseError) -> DatabaseQueue {
        let synchronous = durability.rawValue
        return try openConnection(readOnly: false) { connection in
            try SQLiteFile.enterWAL(connection)
            try connection.execute(sql: "PRAGMA synchronous = \(synchronous)")
            // A savepoint keeps the pages it may have to restore: without this in a temporary file, written page by page once a group is large.
            try connection.execute(sql: "PRAGMA temp_store = MEMORY")
            // The log is cut back to this size after a checkpoint, so that one burst does not keep the disk.
            try connection.execute(sql: "PRAGMA journal_size_limit = 16777216")
        }
    }

    func openReader() throws(DatabaseError) -> DatabaseQueue {
        try openConnection(readOnly: true) { _ in }
    }

    private func openConnection(
        readOnly: Bool, _ prepare: @escaping @Sendable (GRDB.Database) throws -> Void
    ) throws(DatabaseError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(5)
        configuration.label = readOnly ? "portico.database.reader" : "portico.database.writer"
        configuration.prepareDatabase { connection in
            try connection.execute(sql: "PRAGMA cache_size = -2048")
            try connection.execute(sql: "PRAGMA mmap_size = 0")
            try prepare(connection)
        }
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw SQLiteFailure.translate(error)
        }
    }

    /// An exclusive lock on the whole file is to be had only where nobody has it open.
    static func isInUse(path: String) throws(DatabaseError) -> Bool {
        var configuration = Configuration()
        configuration.busyMode = .immediateError
        configuration.prepareDatabase { connection in try connection.execute(sql: "PRAGMA locking_mode = EXCLUSIVE") }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            try queue.inDatabase { connection in try connection.execute(sql: "BEGIN EXCLUSIVE; ROLLBACK") }
            return false
        } catch let failure as GRDB.DatabaseError where failure.resultCode == .SQLITE_BUSY || failure.resultCode == .SQLITE_LOCKED {
            return true
        } catch {
            throw SQLiteFailure.translate(error)
        }
    }

    /// Changing to WAL needs the file alone for a moment and does not wait by itself: another process may be doing the same.
    private static func enterWAL(_ connection: GRDB.Database) throws {
        for attempt in 0... {
            do {
                let mode = try String.fetchOne(connection, sql: "PRAGMA journal_mode = WAL")
                guard mode == "wal" else { throw DatabaseError.unavailable("the file system does not support write-ahead logging") }
                return
            } catch let failure as GRDB.DatabaseError where failure.resultCode == .SQLITE_BUSY && attempt < 250 {
                usleep(20_000)
            }
        }
    }
}
