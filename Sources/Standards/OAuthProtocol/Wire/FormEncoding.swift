/// Writes `application/x-www-form-urlencoded` (RFC 6749 Appendix B).
///
/// Everything but RFC 3986's unreserved characters is percent-encoded, the space as `%20`: every form decoder reads that, and so do
/// clients that decode a query as a plain URI.
public enum FormEncoding {
    public static func encode(_ pairs: [(String, String)]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(pairs.reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 2 })
        for (index, pair) in pairs.enumerated() {
            if index > 0 { output.append(UInt8(ascii: "&")) }
            append(pair.0, to: &output)
            output.append(UInt8(ascii: "="))
            append(pair.1, to: &output)
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(_ text: String, to output: inout [UInt8]) {
        for byte in text.utf8 {
            if byte.isUnreserved {
                output.append(byte)
            } else {
                output.append(UInt8(ascii: "%"))
                output.append(Hexadecimal.upperDigits[Int(byte >> 4)])
                output.append(Hexadecimal.upperDigits[Int(byte & 15)])
            }
        }
    }
}
