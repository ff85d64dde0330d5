#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads a file or a pipe line by line, holding one block and one line at a time.
struct LineReader {
    private let descriptor: Int32
    private let name: String
    private var block: ArraySlice<UInt8> = []
    private var isAtEnd = false

    static let blockBytes = 65_536
    /// A longer line is no line of ours.
    static let maximumLineBytes = 1_048_576

    /// - Parameters:
    ///   - descriptor: stays the caller's to close.
    ///   - name: what the source is called in messages.
    init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    static var standardInput: LineReader { LineReader(descriptor: STDIN_FILENO, name: "standard input") }

    /// The next line without its line break; nil at the end.
    mutating func next() throws(CommandFailure) -> [UInt8]? {
        var line: [UInt8] = []
        while true {
            if let lineBreak = block.firstIndex(of: UInt8(ascii: "\n")) {
                line += block[..<lineBreak]
                block = block[(lineBreak + 1)...]
                if line.last == UInt8(ascii: "\r") { line.removeLast() }
                return line
            }
            line += block
            guard line.count <= Self.maximumLineBytes else {
                throw CommandFailure(.refused, "\(name) has a line of more than \(Self.maximumLineBytes) bytes.")
            }
            guard try fill() else { return line.isEmpty ? nil : line }
        }
    }

    mutating func readAll(maximumBytes: Int) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        while try fill() {
            bytes += block
            guard bytes.count <= maximumBytes else { throw CommandFailure(.refused, "\(name) is larger than \(maximumBytes) bytes.") }
        }
        return bytes
    }

    /// Replaces the block by the next one; false at the end.
    private mutating func fill() throws(CommandFailure) -> Bool {
        block = []
        while !isAtEnd {
            var bytes = [UInt8](repeating: 0, count: Self.blockBytes)
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw CommandFailure(.unavailable, "\(name) cannot be read: \(String(cString: strerror(errno))).") }
            isAtEnd = count == 0
            block = bytes[..<count]
            return count > 0
        }
        return false
    }
}
