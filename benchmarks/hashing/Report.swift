internal import PasswordHashing

/// The figures, for people and for machines.
struct Report {
    let parameters: Argon2Parameters
    let costs: [CostMeasurement.Cost]
    let overload: OverloadMeasurement.Outcome

    var tables: String {
        var lines = ["Argon2id m=\(parameters.memoryKiB) KiB, t=\(parameters.iterations), p=\(parameters.parallelism)", ""]
        lines.append(row("CPU per hash", "median ms", "best ms", "to kept block"))
        for cost in costs { lines.append(row(cost.way, number(cost.perHash.median), number(best(cost)), number(ratio(cost), 3))) }
        lines += ["", row("Offered at five times the capacity", "", "", "")]
        for (name, value) in figures { lines.append(row(name, number(value), "", "")) }
        return lines.joined(separator: "\n")
    }

    var json: String {
        let ways = costs.map { cost in
            "{\"way\":\"\(cost.way)\",\"cpu_ms_median\":\(number(cost.perHash.median, 3)),\"cpu_ms_best\":\(number(best(cost), 3)),"
                + "\"ratio_to_kept_block\":\(number(ratio(cost), 4))}"
        }
        let members = figures.map { name, value in "\"\(name)\":\(value.isFinite ? number(value, 3) : "null")" }
        return """
            {"memory_kib":\(parameters.memoryKiB),"iterations":\(parameters.iterations),"parallelism":\(parameters.parallelism),\
            "cpu_per_hash":[\(ways.joined(separator: ","))],"overload":{\(members.joined(separator: ","))}}
            """
    }

    /// The median over the rounds of the ratio within a round: what disturbs a round disturbs both sides of it.
    private func ratio(_ cost: CostMeasurement.Cost) -> Double {
        zip(cost.perHash, costs[CostMeasurement.yardstick].perHash).map { $0 / $1 }.median
    }

    private func best(_ cost: CostMeasurement.Cost) -> Double { cost.perHash.min() ?? .nan }

    private var figures: [(String, Double)] {
        [
            ("capacity, hashes/s", overload.capacityPerSecond), ("offered", Double(overload.offered)), ("verified", Double(overload.verified)),
            ("busy", Double(overload.busy)), ("wrong or failed", Double(overload.wrong + overload.failed)), ("lost", Double(overload.lost)),
            ("retry-after least, s", overload.retryAfter.min() ?? .nan), ("retry-after most, s", overload.retryAfter.max() ?? .nan),
            ("verified p50, ms", overload.verifiedLatency.median), ("verified p99, ms", overload.verifiedLatency.percentile(0.99)),
            ("busy p50, ms", overload.busyLatency.median), ("busy p99, ms", overload.busyLatency.percentile(0.99)),
            ("1 ms timer late p99 when quiet, ms", overload.timerQuiet.percentile(0.99)),
            ("1 ms timer late p99 in overload, ms", overload.timerLoaded.percentile(0.99)),
            ("anonymous memory before, MiB", overload.memoryBeforeMiB), ("anonymous memory at peak, MiB", overload.memoryPeakMiB),
            ("anonymous memory when idle again, MiB", overload.memoryIdleMiB),
        ]
    }

    private func row(_ name: String, _ columns: String...) -> String {
        columns.reduce(name + String(repeating: " ", count: max(0, 52 - name.count))) { line, column in
            line + String(repeating: " ", count: max(1, 14 - column.count)) + column
        }
    }

    /// Foundation-free: a fixed number of decimals.
    private func number(_ value: Double, _ decimals: Int = 2) -> String {
        guard value.isFinite else { return "–" }
        if value == value.rounded(), decimals == 2 { return String(Int(value)) }
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = Int((value.magnitude * scale).rounded())
        let fraction = String(scaled % Int(scale))
        let sign = value < 0 ? "-" : ""
        return "\(sign)\(scaled / Int(scale)).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }
}
