#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the system says of a file or folder.
struct FileStatus: Sendable {
    /// The lowest twelve bits: permissions, and the sticky bit of a folder.
    let mode: UInt32
    let owner: UInt32

    init(mode: UInt32, owner: UInt32) {
        self.mode = mode
        self.owner = owner
    }

    /// Nil where there is none, or it cannot be seen.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(mode: UInt32(status.st_mode & 0o7777), owner: UInt32(status.st_uid))
    }

    var modeText: String { "mode 0\(String(mode & 0o777, radix: 8))" }

    /// Whether anybody but the owner may do anything with it.
    var isOpenToOthers: Bool { mode & 0o077 != 0 }

    /// Whether anybody but the owner may put something else in its place. In a sticky folder only a file's own owner may.
    var isWritableByOthers: Bool { mode & 0o022 != 0 && mode & 0o1000 == 0 }

    static var effectiveUser: UInt32 { UInt32(geteuid()) }
    static func mayWrite(in folder: String) -> Bool { access(folder, W_OK | X_OK) == 0 }
}

/// Where a path's bytes are, and how much room is left there.
struct Volume: Sendable {
    /// The kind of file system as the system names it, such as `ext4` or `nfs4`; empty where it does not say.
    let kind: String
    let freeBytes: Int64

    init(kind: String, freeBytes: Int64) {
        self.kind = kind
        self.freeBytes = freeBytes
    }

    init?(of path: String) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        let mounts = (try? Files.read("/proc/self/mountinfo", maximumBytes: 1_048_576)).flatMap(\.self).map { String(decoding: $0, as: UTF8.self) }
        kind = Self.kind(of: Files.resolved(path), mounts: mounts ?? "")
        freeBytes = Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    /// From proc_pid_mountinfo(5): the fifth field is where something is mounted, the one after the hyphen what. Later lines hide earlier ones.
    static func kind(of path: String, mounts: String) -> String {
        var found = (point: "", kind: "")
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 4, let hyphen = fields.firstIndex(of: "-"), hyphen + 1 < fields.count else { continue }
            let point = String(fields[4]).replacing("\\040", with: " ")
            let isAbove = point == "/" || path == point || path.hasPrefix(point + "/")
            if isAbove, point.count >= found.point.count { found = (point, String(fields[hyphen + 1])) }
        }
        return found.kind
    }
}
