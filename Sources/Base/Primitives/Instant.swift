/// A point in time, in whole milliseconds since 1970-01-01T00:00:00Z. Leap seconds are not counted (POSIX time).
///
/// Primitives owns the values that every floor speaks: time, encodings and strict JSON. It knows nothing of
/// cryptography, storage or the web.
public struct Instant: Sendable, Hashable, Comparable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// A NumericDate as JWTs carry it (RFC 7519 §2), in whole seconds.
    public init(secondsSince1970 seconds: Int64) {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        self.milliseconds = overflow ? (seconds < 0 ? .min : .max) : milliseconds
    }

    /// Whole seconds, rounded down: the NumericDate of RFC 7519 §2.
    public var secondsSince1970: Int64 {
        // Division rounds toward zero; before 1970 that would be up.
        milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0)
    }

    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// Saturates at the ends of the range, so that no duration read from outside can trap.
    public static func + (instant: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = instant.milliseconds.addingReportingOverflow(duration.milliseconds)
        return Instant(milliseconds: overflow ? (duration.milliseconds < 0 ? .min : .max) : sum)
    }

    public static func - (instant: Instant, duration: Duration) -> Instant {
        instant + .milliseconds(-duration.milliseconds)
    }

    /// The time that passed from `earlier` to `self`; negative where `earlier` is later.
    public func since(_ earlier: Instant) -> Duration {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return .milliseconds(overflow ? (milliseconds < earlier.milliseconds ? .min + 1 : .max) : difference)
    }
}

extension Duration {
    /// Whole milliseconds, rounded toward zero, saturating; never `Int64.min`, so that it can be negated.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (fromSeconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min + 1 : .max }
        let (sum, carried) = fromSeconds.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return carried ? (seconds < 0 ? .min + 1 : .max) : max(sum, .min + 1)
    }

    /// Whole seconds, rounded toward zero: what `max-age` and `expires_in` carry.
    public var wholeSeconds: Int64 { components.seconds }

    public static func minutes(_ count: Int64) -> Duration { .saturating(count, of: 60) }
    public static func hours(_ count: Int64) -> Duration { .saturating(count, of: 3600) }
    public static func days(_ count: Int64) -> Duration { .saturating(count, of: 86400) }

    /// Counts come from configuration: one that is too large must not trap.
    private static func saturating(_ count: Int64, of seconds: Int64) -> Duration {
        let (product, overflow) = count.multipliedReportingOverflow(by: seconds)
        return .seconds(overflow ? (count < 0 ? .min + 1 : .max) : product)
    }
}
