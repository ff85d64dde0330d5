internal import Primitives

extension Instant {
    /// To the second, rounded up, so that what is announced for then is allowed then: `2026-03-01 09:30:05 UTC`.
    var words: String {
        let seconds = (self + .milliseconds(999)).secondsSince1970
        let (days, time) = (seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400, (seconds % 86400 + 86400) % 86400)
        let (year, month, day) = Self.date(daysSince1970: days)
        return "\(year)-\(two(month))-\(two(day)) \(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60)) UTC"
    }

    /// The Gregorian date, counted in eras of 400 years that begin on 1 March, so that a leap day ends a year.
    private static func date(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
