internal import Cryptography
internal import Primitives

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The file that holds the master key: one line of base64url, mode 0600.
struct MasterKeyFile {
    let path: String

    func read() throws(MasterKeyProblem) -> Secret {
        let descriptor = try open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        defer { close(descriptor) }
        try check(descriptor)
        var buffer = [UInt8](repeating: 0, count: Self.lineLength + 2)
        defer { for index in buffer.indices { buffer[index] = 0 } }
        var count = 0
        while count < buffer.count {
            let received = buffer.withUnsafeMutableBytes { systemRead(descriptor, $0, from: count) }
            guard received >= 0 else { throw failure() }
            if received == 0 { break }
            count += received
        }
        if count > 0, buffer[count - 1] == UInt8(ascii: "\n") { count -= 1 }
        guard let bytes = Base64URL.decode(utf8: buffer[..<count]), bytes.count == Self.keyLength else { throw .malformed }
        return Secret(bytes)
    }

    /// Writes a file beside it, flushes it, and links it to its name: a kill in between leaves no half-written key, and of two
    /// processes that start at once one makes the file and the other reads it.
    ///
    /// - Returns: false where the file exists.
    func createIfMissing(_ key: @autoclosure () -> Secret) throws(MasterKeyProblem) -> Bool {
        guard !path.utf8.contains(0) else { throw .system("the path contains a NUL character") }
        var status = stat()
        if lstat(path, &status) == 0 { return false }
        guard errno == ENOENT else { throw failure() }
        let draft = "\(path).\(Base64URL.encode(Randomness.bytes(6))).new"
        try write(key(), to: draft)
        defer { unlink(draft) }
        guard link(draft, path) == 0 else {
            if errno == EEXIST { return false }
            throw failure()
        }
        try flushFolder()
        return true
    }

    private func write(_ key: Secret, to draft: String) throws(MasterKeyProblem) {
        let descriptor = try open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode: 0o600)
        defer { close(descriptor) }
        var line = Base64URL.encodedBytes(key.copyBytes()) + [UInt8(ascii: "\n")]
        defer { for index in line.indices { line[index] = 0 } }
        // A file this short is written whole or not at all; anything else is reported, and the draft goes.
        let written = line.withUnsafeBytes { systemWrite(descriptor, $0) }
        guard written == line.count, fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0 else {
            let problem = failure()
            unlink(draft)
            throw problem
        }
    }

    /// The name of a new file is on disk only when its folder is.
    private func flushFolder() throws(MasterKeyProblem) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = try open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure() }
    }

    private func check(_ descriptor: Int32) throws(MasterKeyProblem) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notARegularFile }
        // Root's own group reading root's file lets in nobody new: so systemd hands over credentials, from its version 254 on.
        let isCredential = status.st_mode & 0o777 == 0o440 && status.st_uid == 0 && status.st_gid == 0
        guard status.st_mode & 0o077 == 0 || isCredential else { throw .openToOthers(mode: UInt32(status.st_mode & 0o777)) }
        guard status.st_uid == geteuid() || status.st_uid == 0 else { throw .foreignOwner }
    }

    private func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(MasterKeyProblem) -> Int32 {
        guard !path.utf8.contains(0) else { throw .system("the path contains a NUL character") }
        let descriptor = systemOpen(path, flags, mode)
        guard descriptor >= 0 else { throw failure() }
        return descriptor
    }

    private func failure() -> MasterKeyProblem {
        switch errno {
        case ENOENT: .missing
        case ELOOP: .symbolicLink
        case let code: .system(String(cString: strerror(code)))
        }
    }

    private static let keyLength = 32
    private static let lineLength = 43
}

// The names of these calls are taken by the methods above.
private func systemOpen(_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32 { open(path, flags, mode) }
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int { write(descriptor, bytes.baseAddress, bytes.count) }
private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, from offset: Int) -> Int {
    read(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
}
