#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A folder that only one process may work in. The lock goes with the value, or with its process, and leaves no file behind.
final class FolderLock {
    private let descriptor: Int32

    /// Nil where another process has it.
    init?(_ folder: String) throws(CommandFailure) {
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(.unavailable, "The folder \(folder) cannot be opened: \(String(cString: strerror(errno))).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    }

    deinit { close(descriptor) }
}
