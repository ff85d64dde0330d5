#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The few things that are asked of the file system itself around a database file.
enum FileSystem {
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Whether the open file is the one that is called `path`.
    static func isFile(_ descriptor: Int32, at path: String) -> Bool {
        var (open, named) = (stat(), stat())
        return fstat(descriptor, &open) == 0 && lstat(path, &named) == 0 && open.st_ino == named.st_ino && open.st_dev == named.st_dev
    }

    static func remove(_ path: String) { unlink(path) }

    /// Gives `path` the name `destination`, which nothing may have.
    static func name(_ path: String, as destination: String) throws(DatabaseError) {
        if link(path, destination) == 0 {
            unlink(path)
            return
        }
        guard errno != EEXIST, !exists(destination) else { throw .unavailable("the file \(destination) exists already") }
        // Some file systems know no links: there the name may be taken between the look and the step.
        guard rename(path, destination) == 0 else { throw failure("cannot rename \(path) to \(destination)") }
    }

    /// A name is on disk only when its folder is.
    static func flushFolder(of path: String) throws(DatabaseError) {
        try flush(folder(of: path), O_RDONLY | O_DIRECTORY)
    }

    /// Flushes a file that nobody has open as a database.
    static func flush(_ path: String, _ flags: Int32 = O_RDONLY) throws(DatabaseError) {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot open \(path)") }
        defer { close(descriptor) }
        // A network's file system may not know how to flush a folder, and then needs none.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("cannot flush \(path)") }
    }

    /// What an administrator makes as root in a service's place is the service's.
    static func giveOwner(of model: String, to path: String) throws(DatabaseError) {
        var (wanted, found) = (stat(), stat())
        guard geteuid() == 0, stat(model, &wanted) == 0, stat(path, &found) == 0 else { return }
        guard wanted.st_uid != found.st_uid || wanted.st_gid != found.st_gid else { return }
        guard chown(path, wanted.st_uid, wanted.st_gid) == 0 else { throw failure("cannot give \(path) its owner") }
    }

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// The system's words on the last failure.
    static func failure(_ what: String) -> DatabaseError { .unavailable("\(what): \(String(cString: strerror(errno)))") }
}
