import NIOCore

/// Where a request comes from.
struct ClientAddress: Sendable, Hashable, CustomStringConvertible {
    /// As the connection or a trusted proxy states it.
    let description: String
    /// One name for a household: an IPv4 address, or the first 64 bits of an IPv6 address, of which everyone has as many as they like.
    let household: String

    init(_ text: String) {
        description = text
        household = Self.prefix(of: text) ?? text
    }

    private static func prefix(of text: String) -> String? {
        guard case .v6(let address)? = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        let bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
        // RFC 4291 §2.5.5.2: an IPv4 address in IPv6 clothes.
        if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] { return bytes.suffix(4).map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 8, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
        return groups.joined(separator: ":") + "::/64"
    }
}
