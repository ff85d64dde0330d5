#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Files and folders of the installation.
enum Files {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Makes the folders above `path` that are missing, for their owner only.
    static func makeFolder(above path: String) throws(CommandFailure) {
        var folder = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/").dropLast() {
            folder += folder.isEmpty || folder.hasSuffix("/") ? String(part) : "/" + part
            if mkdir(folder, 0o700) != 0 && errno != EEXIST {
                let cause = String(cString: strerror(errno))
                throw CommandFailure(
                    .configuration, "The folder \(folder) cannot be made: \(cause).", "The setting keys.master-file names the file in it.")
            }
        }
    }

    /// The path without symbolic links; as it is where there is no such file.
    static func resolved(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// In bytes; nil where there is no such file.
    static func size(_ path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// The whole file, or nil where there is none.
    ///
    /// - Throws: where it is longer than `maximumBytes` or cannot be read.
    static func read(_ path: String, maximumBytes: Int) throws(CommandFailure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw CommandFailure(.unavailable, "\(path) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        var reader = LineReader(descriptor: descriptor, name: path)
        return try reader.readAll(maximumBytes: maximumBytes)
    }
}
