#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The three standard streams, written at once and whole: nothing waits in a buffer when someone looks.
enum Terminal {
    /// A result, on standard output.
    static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

    /// A remark or an error, on standard error.
    static func tell(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    /// Replaces the current line of a terminal; nothing where standard error is none.
    static func progress(_ text: String) {
        if isErrorTerminal { write("\r\u{1B}[K" + text, to: STDERR_FILENO) }
    }

    static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Bold is used on a terminal only, and not where NO_COLOR asks for plain text.
    static var isStyled: Bool { isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil }

    /// Tries again after an interruption; gives up where nobody listens any more.
    static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { systemWrite(descriptor, $0) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }

    private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}
