import Database

/// Whether SQLite's file is sound, and where it can be.
enum SQLiteChecks {
    private static let leastFree: Int64 = 64 << 20
    /// File systems on which SQLite's locks do not hold, as the system names them.
    private static let remote = ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "ocfs2", "gfs2", "vboxsf", "virtiofs"]

    static func all(_ diagnosis: SQLiteDiagnosis, path: String) -> [Finding] {
        let damage =
            diagnosis.damage.isEmpty
            ? Finding.ok("database.integrity", "every page is sound")
            : .fail(
                "database.integrity", diagnosis.damage.joined(separator: "; "),
                "Stop the server and restore a backup with `portico restore FILE --replace`.")
        let mode =
            diagnosis.journalMode == "wal"
            ? Finding.ok("database.journal", "write-ahead log")
            : .warn(
                "database.journal", "journal mode \(diagnosis.journalMode)",
                "The next start of the server sets it to wal; until then readers wait for writers.")
        return [damage, mode]
    }

    static func volume(_ volume: Volume?, databaseBytes: Int64, path: String) -> [Finding] {
        guard let volume else { return [.warn("database.disk", "the system does not say what \(path) is on", "See that it is a local disk.")] }
        return [kind(volume.kind), free(volume.freeBytes, databaseBytes)]
    }

    private static func kind(_ kind: String) -> Finding {
        if remote.contains(kind) || kind.hasPrefix("fuse.") {
            return .fail(
                "database.disk", "the database is on \(kind), where locks of several processes may not hold",
                "Move it to a local disk; for several machines use PostgreSQL.")
        }
        if ["tmpfs", "ramfs"].contains(kind) {
            return .warn("database.disk", "the database is on \(kind): in memory, and gone after a restart", "Move it to a disk.")
        }
        return .ok("database.disk", kind.isEmpty ? "the system does not say which file system" : "local file system \(kind)")
    }

    private static func free(_ free: Int64, _ database: Int64) -> Finding {
        let found = "\(mebibytes(free)) MiB free, the database has \(mebibytes(database))"
        guard free >= leastFree else { return .fail("database.free-space", found, "Make room: without any, nobody can sign in.") }
        guard free >= database + leastFree else {
            return .warn("database.free-space", found, "Make room for a second copy: a restore makes one beside the database.")
        }
        return .ok("database.free-space", found)
    }

    private static func mebibytes(_ bytes: Int64) -> Int64 { bytes >> 20 }
}
