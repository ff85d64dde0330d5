import KeyRing

/// Who may read and write the installation's files.
enum FileChecks {
    static func masterKey(_ path: String) -> Finding {
        do {
            _ = try MasterKey.load(path: path)
            return .ok("keys.master-file", "\(path) is a key that only its owner reads")
        } catch {
            let remedy: String
            switch error {
            case .masterKey(_, .missing):
                remedy = "Put it back from your backup; keys.master-file names the file. Without it nothing that is sealed opens."
            case .masterKey(_, .openToOthers):
                remedy = "Run chmod 600 \(path). If others may have read it, revoke every signing key and make new ones."
            case .masterKey(_, .foreignOwner): remedy = "Run this as the user that runs the server, or give that user the file."
            default: remedy = "Put it back from your backup."
            }
            return .fail("keys.master-file", "\(error)", remedy)
        }
    }

    /// Whoever may write in a file's folder may put another in its place.
    static func folder(_ check: String, of path: String, status: FileStatus?) -> Finding {
        let folder = Files.folder(of: path)
        guard let status else {
            return .fail(check, "\(folder) is not there, or cannot be seen", "Make it, for the server's user alone: mkdir -m 700 \(folder)")
        }
        guard !status.isWritableByOthers else {
            return .fail(check, "others may write in \(folder) (\(status.modeText)), and so replace \(path)", "Run chmod go-w \(folder)")
        }
        return .ok(check, "\(folder) is written by its owner only (\(status.modeText))")
    }

    /// - Parameter sidecars: those of the files beside the database that exist.
    static func database(_ path: String, status: FileStatus?, sidecars: [(path: String, status: FileStatus)], user: UInt32) -> [Finding] {
        guard let status else {
            return [.fail("database.file", "there is no database at \(path)", "Start `portico serve` once, or restore a backup.")]
        }
        return ([(path: path, status: status)] + sidecars).map { file in
            guard !file.status.isOpenToOthers else {
                return .fail("database.file", "\(file.path) is open to others (\(file.status.modeText))", "Run chmod 600 \(file.path)")
            }
            guard file.status.owner == user else {
                return .fail(
                    "database.file", "\(file.path) belongs to user \(file.status.owner), and this is user \(user)",
                    "Run this and the server as one user, or give that user the file with chown.")
            }
            return .ok("database.file", "\(file.path) is its owner's alone (\(file.status.modeText))")
        }
    }

    static func databaseFolderIsWritable(_ path: String, mayWrite: Bool) -> Finding {
        let folder = Files.folder(of: path)
        return mayWrite
            ? .ok("database.folder-writable", "this user may write in \(folder)")
            : .fail(
                "database.folder-writable", "this user may not write in \(folder), where the write-ahead log is",
                "Run this as the server's user, or give that user the folder.")
    }

    static func settingsFile(_ path: String, status: FileStatus?, holdsPassword: Bool) -> Finding {
        guard let status else { return .warn("settings.file", "\(path) cannot be seen", "Give the server's user the right to read it.") }
        if holdsPassword, status.isOpenToOthers {
            return .fail(
                "settings.file", "\(path) holds the database's password and is open to others (\(status.modeText))",
                "Run chmod 600 \(path), and change the password.")
        }
        if status.mode & 0o022 != 0 {
            return .fail("settings.file", "others may change \(path) (\(status.modeText))", "Run chmod go-w \(path)")
        }
        return .ok("settings.file", "\(path) (\(status.modeText))\(holdsPassword ? ", with the database's password" : "")")
    }
}
