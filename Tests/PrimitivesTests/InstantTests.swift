import Primitives
import Testing

@Suite struct InstantTests {
    @Test(
        "seconds round down, before 1970 as well",
        arguments: [
            (0, 0), (999, 0), (1000, 1), (-1, -1), (-999, -1), (-1000, -1), (-1001, -2), (Int64.max, 9_223_372_036_854_775),
            (.min, -9_223_372_036_854_776),
        ] as [(Int64, Int64)])
    func seconds(milliseconds: Int64, seconds: Int64) {
        #expect(Instant(milliseconds: milliseconds).secondsSince1970 == seconds)
    }

    @Test("a NumericDate far outside the range saturates")
    func numericDates() {
        #expect(Instant(secondsSince1970: 1_700_000_000).milliseconds == 1_700_000_000_000)
        #expect(Instant(secondsSince1970: .max).milliseconds == .max)
        #expect(Instant(secondsSince1970: .min).milliseconds == .min)
    }

    @Test("adding and subtracting saturate at the ends of the range")
    func arithmetic() {
        let now = Instant(milliseconds: 1_000_000)
        #expect((now + .seconds(1)).milliseconds == 1_001_000)
        #expect((now - .seconds(1)).milliseconds == 999_000)
        #expect((now + .milliseconds(-1)).milliseconds == 999_999)
        let extremes: [Duration] = [.seconds(Int64.max), .seconds(Int64.min), .milliseconds(Int64.max), .milliseconds(Int64.min), .zero]
        for duration in extremes {
            for instant in [now, Instant(milliseconds: .max), Instant(milliseconds: .min)] {
                #expect(duration > .zero ? instant + duration >= instant : instant + duration <= instant)
                #expect(duration > .zero ? instant - duration <= instant : instant - duration >= instant)
            }
        }
        #expect(Instant(milliseconds: .max) + .seconds(1) == Instant(milliseconds: .max))
        #expect(Instant(milliseconds: .min) - .seconds(1) == Instant(milliseconds: .min))
    }

    @Test("the time between two instants is exact, or saturates")
    func between() {
        let (early, late) = (Instant(milliseconds: 5), Instant(milliseconds: 1_005))
        #expect(late.since(early) == .seconds(1))
        #expect(early.since(late) == .seconds(-1))
        #expect(Instant(milliseconds: .max).since(Instant(milliseconds: .min)) == .milliseconds(Int64.max))
        #expect(Instant(milliseconds: .min).since(Instant(milliseconds: .max)) == .milliseconds(Int64.min + 1))
    }

    @Test("durations give whole milliseconds toward zero")
    func durations() {
        #expect(Duration.microseconds(1_999).milliseconds == 1)
        #expect(Duration.microseconds(-1_999).milliseconds == -1)
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(Duration.seconds(Int64.min).milliseconds == .min + 1)
        #expect(Duration.milliseconds(Int64.min).milliseconds == .min + 1)
        #expect(Duration.milliseconds(1_999).wholeSeconds == 1)
    }

    @Test("minutes, hours and days are what they are called, and too many of them do not trap")
    func units() {
        #expect(Duration.minutes(2) == .seconds(120))
        #expect(Duration.hours(2) == .seconds(7_200))
        #expect(Duration.days(2) == .seconds(172_800))
        #expect(Duration.days(.max) == .seconds(Int64.max))
        #expect(Duration.days(.min) == .seconds(Int64.min + 1))
        #expect(Instant(milliseconds: 0) + .days(.max) == Instant(milliseconds: .max))
    }

    @Test("time is what the source says")
    func source() {
        #expect(TimeSource { Instant(milliseconds: 42) }.now() == Instant(milliseconds: 42))
        #expect(TimeSource.system.now() > Instant(secondsSince1970: 1_600_000_000))
    }
}
