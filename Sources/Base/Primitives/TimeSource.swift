#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where "now" comes from: handed in at start-up, so that tests move time by hand.
public struct TimeSource: Sendable {
    private let read: @Sendable () -> Instant

    public init(_ read: @escaping @Sendable () -> Instant) {
        self.read = read
    }

    public func now() -> Instant { read() }

    /// The system's wall clock.
    public static let system = TimeSource {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
