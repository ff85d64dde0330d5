import Primitives
import Testing

@Suite struct CalendarTimeTests {
    @Test(
        "the calendar agrees with known dates, before 1970 and at leap days too",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_399, "2000-02-28T23:59:59Z"), (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"), (4_107_542_400, "2100-03-01T00:00:00Z"), (4_107_456_000, "2100-02-28T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"), (253_402_300_799, "9999-12-31T23:59:59Z"),
            (Int64.max, "9999-12-31T23:59:59Z"), (Int64.min, "0001-01-01T00:00:00Z"), (1_795_442_709, "2026-11-23T14:05:09Z"),
        ])
    func calendar(seconds: Int64, expected: String) {
        #expect(CalendarTime(Instant(secondsSince1970: seconds)).machineReadable == expected)
    }

    @Test("each day follows the one before it, over eight hundred years")
    func consecutiveDays() {
        let start: Int64 = -146_097
        var previous = CalendarTime(Instant(secondsSince1970: start * 86_400))
        for day in (start + 1)...(start + 292_194) {
            let time = CalendarTime(Instant(secondsSince1970: day * 86_400))
            let isNextDay = time.year == previous.year && time.month == previous.month && time.day == previous.day + 1
            let isNextMonth = time.day == 1 && (time.month == previous.month % 12 + 1) && (28...31).contains(previous.day)
            guard isNextDay || isNextMonth else {
                Issue.record("\(time.machineReadable) does not follow \(previous.machineReadable)")
                return
            }
            previous = time
        }
        #expect(previous.year == 2370)
    }

    @Test("a date and a time of day are written in two and four digits")
    func parts() {
        let time = CalendarTime(Instant(milliseconds: 1_772_373_909_123))
        #expect(time.dateText == "2026-03-01" && time.timeText == "14:05:09")
    }
}
