import NIOCore

/// The network address of whoever sent a request, in one form however it was written: an IPv4 address that travels inside IPv6 is the IPv4 address.
struct ClientAddress: Hashable, Sendable {
    /// As it is written in logs.
    let text: String
    /// What failures are counted under: the address, or the /64 prefix of an IPv6 address, of which one household has them all.
    let network: String

    /// - Parameter text: an address, which a proxy may have written in brackets or with a port behind it; nil for anything else.
    init?(_ text: String) {
        let bare = Self.bare(text[...])
        guard let address = try? SocketAddress(ipAddress: String(bare), port: 0) else { return nil }
        switch address {
        case .v4:
            self.text = String(bare)
            network = self.text
        case .v6(let address):
            let bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
            if bytes.prefix(12).elementsEqual(Self.mappedPrefix) {
                self.text = bytes.suffix(4).map { String($0) }.joined(separator: ".")
                network = self.text
            } else {
                self.text = Self.groups(bytes)
                network = Self.groups(Array(bytes.prefix(8))) + "::/64"
            }
        case .unixDomainSocket: return nil
        }
    }

    /// Without brackets, port and zone. Only an IPv4 address has exactly one colon, the port's.
    private static func bare(_ text: Substring) -> Substring {
        if text.first == "[" { return text.dropFirst().prefix { $0 != "]" && $0 != "%" } }
        if text.count(where: { $0 == ":" }) == 1 { return text.prefix { $0 != ":" } }
        return text.prefix { $0 != "%" }
    }

    private static func groups(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }

    /// RFC 4291 §2.5.5.2.
    private static let mappedPrefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
}
