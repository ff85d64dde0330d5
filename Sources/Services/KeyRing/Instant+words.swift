internal import Primitives

extension Instant {
    /// To the second, rounded up, so that what is announced for then is allowed then: `2026-03-01 09:30:05 UTC`.
    var words: String {
        let time = CalendarTime(self + .milliseconds(999))
        return "\(time.dateText) \(time.timeText) UTC"
    }
}
