import Primitives

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Times as residents read them, in UTC and said so.
enum TimeText {
    /// `2026-03-01 14:05 UTC`
    static func minute(_ instant: Instant) -> String {
        let text = machine(instant)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }

    /// `2026-03-01T14:05:00Z`, for the `datetime` attribute.
    static func machine(_ instant: Instant) -> String {
        Date(timeIntervalSince1970: Double(instant.secondsSince1970)).ISO8601Format()
    }
}
