#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What one kind of work cost.
struct Measurement {
    let name: String
    let operations: Int
    /// User and system time of the whole process.
    let processorSeconds: Double
    let wallSeconds: Double

    var line: String {
        let perOperation = processorSeconds / Double(operations) * 1_000_000
        let rate = Double(operations) / wallSeconds
        return "\(name.padded(to: 44)) \(perOperation.rounded(to: 1).padded(to: 10)) \(rate.rounded(to: 0).padded(to: 10))"
    }

    static let heading = "\("".padded(to: 44)) \("CPU µs/op".padded(to: 10)) \("op/s".padded(to: 10))"
}

func measure(_ name: String, operations: Int, _ work: () async throws -> Void) async rethrows -> Measurement {
    let (processor, wall) = (processorSeconds(), wallSeconds())
    try await work()
    return Measurement(
        name: name, operations: operations, processorSeconds: processorSeconds() - processor, wallSeconds: wallSeconds() - wall)
}

private func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func wallSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

extension Double {
    fileprivate func rounded(to digits: Int) -> String {
        guard digits > 0 else { return String(Int(rounded())) }
        let tenths = Int((self * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
