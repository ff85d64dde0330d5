import Primitives

/// Times as commands and logs write them: RFC 3339 in UTC.
enum TimeText {
    /// `2026-03-01T14:05:09Z`
    static func second(_ instant: Instant) -> String { CalendarTime(instant).machineReadable }

    /// `2026-03-01T14:05:09.123Z`
    static func millisecond(_ instant: Instant) -> String {
        let time = CalendarTime(instant)
        let fraction = String(1000 + ((instant.milliseconds % 1000) + 1000) % 1000).dropFirst()
        return "\(time.dateText)T\(time.timeText).\(fraction)Z"
    }
}
