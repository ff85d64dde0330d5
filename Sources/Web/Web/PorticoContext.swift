public import Hummingbird
import NIOCore
public import Primitives

/// What accompanies a request from the front to its route.
public struct PorticoContext: RequestContext {
    public var coreContext: CoreRequestContextStorage
    /// The address of the connection's other end, which may be a proxy's.
    let peer: String?
    /// Read once a request, by `Front`.
    public var now = Instant(milliseconds: 0)
    /// The resident's address: the peer's, or what a trusted proxy says.
    var clientAddress = ClientAddress("unknown")

    public init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
    }
}
