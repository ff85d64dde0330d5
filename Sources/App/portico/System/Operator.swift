#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Who runs the command, for the audit record.
enum Operator {
    /// The user's name on this machine; the number where it has none.
    static var name: String {
        let user = getuid()
        guard let entry = getpwuid(user) else { return String(user) }
        return String(cString: entry.pointee.pw_name)
    }
}
