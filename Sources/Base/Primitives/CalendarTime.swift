/// Date and time of day of an instant in UTC, in the proleptic Gregorian calendar.
public struct CalendarTime: Sendable, Hashable {
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int
    public let hour: Int
    public let minute: Int
    public let second: Int

    public init(_ instant: Instant) {
        // Years 1 to 9999: what lies outside is not a time anyone means.
        let milliseconds = min(max(instant.milliseconds, -62_135_596_800_000), 253_402_300_799_999)
        let (days, secondOfDay) = Self.divide(Self.divide(milliseconds, by: 1000).quotient, by: 86_400)
        hour = Int(secondOfDay / 3600)
        minute = Int(secondOfDay / 60 % 60)
        second = Int(secondOfDay % 60)

        // Years are counted from 1 March, so that the leap day comes last; 719,468 days lie between 0000-03-01 and 1970-01-01.
        let (cycle, dayOfCycle) = Self.divide(days + 719_468, by: 146_097)
        let leapDays = dayOfCycle / 1460 - dayOfCycle / 36_524 + dayOfCycle / 146_096
        let yearOfCycle = (dayOfCycle - leapDays) / 365
        let dayOfYear = dayOfCycle - (yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100)
        // From March on, the months' lengths repeat every five months in 153 days.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        year = Int(yearOfCycle + cycle * 400) + (month <= 2 ? 1 : 0)
    }

    /// `2026-03-01`
    public var dateText: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }

    /// `14:05:09`
    public var timeText: String { "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))" }

    /// RFC 3339: `2026-03-01T14:05:09Z`, also for `<time datetime>`.
    public var machineReadable: String { "\(dateText)T\(timeText)Z" }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Division that rounds down, also below zero.
    private static func divide(_ number: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = number % divisor
        return remainder < 0 ? (number / divisor - 1, remainder + divisor) : (number / divisor, remainder)
    }
}
