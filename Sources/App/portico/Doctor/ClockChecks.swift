import CClock
import Primitives

/// Whether the clock can be believed: everything that expires does so by it.
enum ClockChecks {
    /// 2026-01-01 and 2100-01-01.
    private static let plausible = Instant(secondsSince1970: 1_767_225_600)..<Instant(secondsSince1970: 4_102_444_800)
    private static let difference = Duration.seconds(2)

    static func plausibility(_ now: Instant) -> Finding {
        plausible.contains(now)
            ? .ok("clock.plausible", TimeText.second(now))
            : .fail("clock.plausible", "the clock says \(TimeText.second(now))", "Set it, and let a time service (NTP) keep it right.")
    }

    static func synchronisation(_ isSynchronised: Bool?) -> Finding {
        switch isSynchronised {
        case nil: .ok("clock.synchronised", "the system does not say")
        case true?: .ok("clock.synchronised", "a time service keeps it right")
        case false?:
            .warn(
                "clock.synchronised", "the kernel knows of no time service",
                "Run one, such as chrony or systemd-timesyncd, here or on the machine this one is a guest of.")
        }
    }

    static func lastEvent(_ at: Instant?, now: Instant) -> Finding {
        guard let at else { return .ok("clock.last-event", "nothing was recorded yet") }
        guard at <= now + difference else {
            return .fail(
                "clock.last-event", "the last event recorded is of \(TimeText.second(at)), later than now",
                "Set the clock: it is behind, or it was ahead when that was written.")
        }
        return .ok("clock.last-event", "the last event recorded is of \(TimeText.second(at))")
    }

    static func server(_ ahead: Duration) -> Finding {
        let seconds = Double(ahead.milliseconds) / 1000
        guard ahead > difference || ahead < .zero - difference else {
            return .ok("clock.database-server", "the database server's clock is at most two seconds away")
        }
        return .warn(
            "clock.database-server", "the database server's clock is \(seconds.magnitude) seconds \(seconds > 0 ? "ahead" : "behind")",
            "Let a time service keep both right. Nodes that differ end sessions and codes at different times.")
    }

    /// Nil where the system does not say.
    static func kernelSaysSynchronised() -> Bool? {
        switch portico_clock_is_synchronised() {
        case 0: false
        case 1: true
        default: nil
        }
    }
}
