import Primitives

extension Texts {
    /// A point in time as the language writes it, in UTC: “23 November 2026, 14:05 UTC”.
    func dateAndTime(_ instant: Instant) -> String {
        let time = CalendarTime(instant)
        let values = ["date": date(year: time.year, month: time.month, day: time.day), "time": "\(twoDigits(time.hour)):\(twoDigits(time.minute))"]
        return phrase("time.date_and_time")?.filled(values, isolating: false) ?? ""
    }

    /// A birth date as OIDC Core §5.1 writes it (`1988-03-04`), as the language writes it; nil for any other text.
    func date(fromISO text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.map(\.utf8.count) == [4, 2, 2] else { return nil }
        guard let year = number(parts[0]), let month = number(parts[1]), let day = number(parts[2]) else { return nil }
        // The year 0000 stands for one that was left out.
        guard year > 0, (1...12).contains(month), (1...31).contains(day) else { return nil }
        return date(year: year, month: month, day: day)
    }

    private func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(digits) : nil
    }

    private func date(year: Int, month: Int, day: Int) -> String {
        let dayText = day == 1 ? phrase("time.first_day")?.filled([:]) ?? "1" : String(day)
        let values = ["day": dayText, "month": months[month - 1], "year": String(year)]
        return phrase("time.date")?.filled(values, isolating: false) ?? ""
    }

    /// A duration in plain words, rounded up so that nobody comes back too early: seconds below a minute, then minutes, then hours.
    func words(for duration: Duration) -> String {
        let seconds = max(1, (duration.milliseconds + 999) / 1000)
        if seconds < 60 { return text("duration.seconds", count: seconds) }
        let minutes = (seconds + 59) / 60
        if minutes < 60 { return text("duration.minutes", count: minutes) }
        return text("duration.hours", count: (minutes + 59) / 60)
    }

    private func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
}

/// Date and time of day of an instant in UTC, in the proleptic Gregorian calendar.
struct CalendarTime: Sendable, Hashable {
    let year: Int
    /// 1 to 12.
    let month: Int
    /// 1 to 31.
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int

    init(_ instant: Instant) {
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

    /// RFC 3339, for `<time datetime>`.
    var machineReadable: String {
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        return "\(date)T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))Z"
    }

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
