import Primitives

extension Texts {
    /// A point in time as the language writes it, in UTC: “23 November 2026, 14:05 UTC”.
    func dateAndTime(_ instant: Instant) -> String {
        let time = CalendarTime(instant)
        let values = ["date": date(instant), "time": "\(twoDigits(time.hour)):\(twoDigits(time.minute))"]
        return phrase("time.date_and_time")?.filled(values, isolating: false) ?? ""
    }

    /// The day of a point in time, in UTC: “23 November 2026”.
    func date(_ instant: Instant) -> String {
        let time = CalendarTime(instant)
        return date(year: time.year, month: time.month, day: time.day)
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
