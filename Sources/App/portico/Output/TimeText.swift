import Primitives

/// Times as commands and logs write them: RFC 3339 in UTC.
enum TimeText {
    /// `2026-03-01T14:05:09Z`
    static func second(_ instant: Instant) -> String { day(instant) + "T" + clock(instant) + "Z" }

    /// `2026-03-01T14:05:09.123Z`
    static func millisecond(_ instant: Instant) -> String {
        let fraction = ((instant.milliseconds % 1000) + 1000) % 1000
        return day(instant) + "T" + clock(instant) + "." + padded(fraction, 3) + "Z"
    }

    private static func clock(_ instant: Instant) -> String {
        let second = ((instant.secondsSince1970 % 86_400) + 86_400) % 86_400
        return "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    }

    /// The proleptic Gregorian date, counted in eras of 400 years that begin on 1 March, so that a leap day is an era's or a year's last.
    private static func day(_ instant: Instant) -> String {
        let seconds = instant.secondsSince1970
        let days = (seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400) + 719_468
        let era = (days >= 0 ? days : days - 146_096) / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return "\(padded(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
