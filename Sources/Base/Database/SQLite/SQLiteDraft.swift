#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A database file in the making, under a name of its own until it is complete: what a kill leaves behind is never taken for a finished
/// file, and the next attempt begins afresh.
final class SQLiteDraft {
    let path: String
    private let destination: String
    /// Holds the lock by which two processes do not write one draft. Closed last: closing any descriptor of a file gives up SQLite's locks on it.
    private let descriptor: Int32
    private var isPublished = false

    init(of destination: String) throws(DatabaseError) {
        guard !destination.utf8.contains(0) else { throw .misuse("a path with a NUL character") }
        guard !FileSystem.exists(destination) else { throw .unavailable("the file \(destination) exists already") }
        self.destination = destination
        path = destination + ".part"
        descriptor = try Self.lock(path)
        for suffix in SQLiteFile.sidecars { FileSystem.remove(path + suffix) }
        guard ftruncate(descriptor, 0) == 0, fchmod(descriptor, 0o600) == 0 else { throw FileSystem.failure("cannot prepare \(path)") }
    }

    private static func lock(_ path: String) throws(DatabaseError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileSystem.failure("cannot create \(path)") }
        // The name may have gone to a finished file between opening and locking: what is locked must be what is called so.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, FileSystem.isFile(descriptor, at: path) else {
            close(descriptor)
            throw .unavailable("another process is writing \(path)")
        }
        return descriptor
    }

    deinit {
        if !isPublished { Database.removeSQLite(path: path) }
        close(descriptor)
    }

    /// Gives the file its name, unless somebody took that in the meantime, and returns once both are on disk.
    func publish() throws(DatabaseError) {
        guard fsync(descriptor) == 0 else { throw FileSystem.failure("cannot flush \(path)") }
        try FileSystem.name(path, as: destination)
        isPublished = true
        try FileSystem.flushFolder(of: destination)
    }
}
