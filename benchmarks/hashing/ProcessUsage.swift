internal import Glibc

/// What this process uses, as the kernel counts it.
enum ProcessUsage {
    /// CPU time of all threads, user and system, in milliseconds.
    static var cpuMilliseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
    }

    /// Resident anonymous memory, in MiB (RssAnon of /proc/self/status).
    static var anonymousMiB: Double {
        guard let file = fopen("/proc/self/status", "r") else { return .nan }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 8192)
        let count = fread(&text, 1, text.count, file)
        for line in String(decoding: text.prefix(count), as: UTF8.self).split(separator: "\n") where line.hasPrefix("RssAnon:") {
            let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Double($0) }
            return (kibibytes ?? .nan) / 1024
        }
        return .nan
    }
}

extension Collection<Double> {
    /// The value below which the given share of the values lies; nearest rank.
    func percentile(_ share: Double) -> Double {
        guard !isEmpty else { return .nan }
        let sorted = sorted()
        return sorted[Swift.min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }

    var median: Double { percentile(0.5) }
}

extension Duration {
    var inMilliseconds: Double { Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15 }
}
