/// The last fence before a log: whatever looks like one of our bearer secrets or like a signed token is cut out, however it got there.
enum Redaction {
    static let mark = "‹secret›"
    private static let prefixes = ["ptc_", "ptr_", "pts_", "pcs_", "ptb_", "eyJ"].map { Array($0.utf8) }
    /// Shorter runs are no secrets: a key's id or a digest in the log stays readable.
    private static let shortest = 40

    static func clean(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let end = index > 0 && isTokenByte(bytes[index - 1]) ? index : run(in: bytes, from: index)
            if end - index >= shortest, prefixes.contains(where: { bytes[index..<end].starts(with: $0) }) {
                output.append(contentsOf: mark.utf8)
                index = end
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func run(in bytes: [UInt8], from start: Int) -> Int {
        var end = start
        while end < bytes.count, isTokenByte(bytes[end]) { end += 1 }
        return end
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
