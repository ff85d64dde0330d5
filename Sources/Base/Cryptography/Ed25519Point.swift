/// What OpenSSL does not ask of an Ed25519 public key.
enum Ed25519Point {
    /// Whether the encoding is canonical (RFC 8032 §5.1.3: y below p) and the point is not one of the eight of small order, under which
    /// one signature fits any message.
    static func isAcceptable(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == 32, let last = bytes.last else { return false }
        // The highest bit is the sign of x; a point and its negative have the same order.
        let y = bytes.dropLast() + [last & 0x7F]
        return isBelowP(y) && !smallOrder.contains(Array(y))
    }

    /// p is 2²⁵⁵ − 19; numbers are little-endian.
    private static func isBelowP(_ y: ArraySlice<UInt8>) -> Bool {
        y.last != 0x7F || y.dropFirst().dropLast().contains { $0 != 0xFF } || (y.first ?? 0) < 0xED
    }

    /// The y coordinates of the points of order 4, 1, 2, 8 and 8.
    private static let smallOrder: [[UInt8]] = [
        [UInt8](repeating: 0, count: 32),
        [0x01] + [UInt8](repeating: 0, count: 31),
        [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        [
            0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
            0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
        ],
        [
            0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
            0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
        ],
    ]
}
