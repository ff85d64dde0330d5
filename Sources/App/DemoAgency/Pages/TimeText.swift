import Primitives

/// Times as residents read them, in UTC and said so.
enum TimeText {
    /// `2026-03-01 14:05 UTC`
    static func minute(_ instant: Instant) -> String {
        let time = CalendarTime(instant)
        return "\(time.dateText) \(time.timeText.prefix(5)) UTC"
    }

    /// `2026-03-01T14:05:00Z`, for the `datetime` attribute.
    static func machine(_ instant: Instant) -> String { CalendarTime(instant).machineReadable }
}
