internal import ArgumentParser
internal import PasswordHashing

/// What a password hash costs and what the pool does when it is asked for more than it can carry.
///
/// Every figure is measured beside its limit in the same run: libargon2 called directly, with memory of its own for each hash and
/// with one block kept. The rounds take turns, so that a disturbance meets all of them.
@main
struct HashingBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-hashing",
        abstract: "CPU per password hash with and without arenas, memory, and behaviour at five times the load.",
        discussion: "Example: bench-hashing --rounds 10 --json")

    @Option(help: "Argon2's memory m, in KiB.") var memory = 65_536
    @Option(help: "Argon2's passes t.") var iterations = 3
    @Option(help: "Threads that hash.") var workers = 2
    @Option(help: "Jobs that may wait.") var queue = 32
    @Option(help: "Rounds in which every way to hash takes its turn.") var rounds = 10
    @Option(help: "Hashes per turn.") var hashes = 3
    @Option(help: "Seconds of overload.") var seconds = 5
    @Flag(help: "Print JSON instead of tables.") var json = false

    func run() async throws {
        let parameters = try Argon2Parameters(memoryKiB: memory, iterations: iterations)
        let costs = try await CostMeasurement(parameters: parameters, rounds: rounds, hashes: hashes).run()
        let overload = try await OverloadMeasurement(parameters: parameters, workers: workers, queue: queue, seconds: seconds).run()
        let report = Report(parameters: parameters, costs: costs, overload: overload)
        print(json ? report.json : report.tables)
    }
}
