/// A client identifier (RFC 6749 §2.2): 1 to 256 visible ASCII characters.
public struct ClientID: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
    public let rawValue: String

    public init?(rawValue: String) {
        guard rawValue.isVisibleASCII(upTo: 256) else { return nil }
        self.rawValue = rawValue
    }

    public var description: String { rawValue }
}
