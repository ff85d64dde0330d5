public import Database
import Foundation
import Synchronization

/// The engines that the contract of the database floor, and every test of the stores, is held against.
///
/// PostgreSQL takes part where `TEST_POSTGRES_URL` names a cluster that may be filled with schemas, as `scripts/test` sets it.
public enum Engine: String, CaseIterable, Sendable, CustomStringConvertible {
    case sqlite = "SQLite"
    case postgres = "PostgreSQL"

    public static var allCases: [Engine] { PostgresSchema.cluster == nil ? [.sqlite] : [.sqlite, .postgres] }

    public var description: String { rawValue }

    /// A new database without a table.
    public func openEmpty() throws -> Database {
        switch self {
        case .sqlite: Database.openInMemory()
        case .postgres: try PostgresSchema().open()
        }
    }
}

/// A schema of its own in the cluster of the tests, which goes with the cluster.
public struct PostgresSchema: Sendable {
    static var cluster: String? { ProcessInfo.processInfo.environment["TEST_POSTGRES_URL"] }

    public let name: String
    /// The URI as text, to add to.
    public let text: String
    public let url: PostgresURL

    public struct Unavailable: Error { let reason: String }

    public init() throws {
        guard let cluster = Self.cluster else { throw Unavailable(reason: "TEST_POSTGRES_URL names no cluster") }
        name = try Self.next()
        text = "\(cluster)?options=-csearch_path%3D\(name)"
        guard let url = PostgresURL(text) else { throw Unavailable(reason: "\(cluster) is no URI") }
        self.url = url
    }

    /// - Parameter connections: few, because many tests run at once.
    public func open(connections: Int = 4) throws -> Database {
        try Database.openPostgres(url, connections: connections, timeSource: .system)
    }

    /// What an administrator does beside the program, by `psql`.
    public static func run(_ statements: String) throws {
        let command = "psql -qtA -v ON_ERROR_STOP=1 '\(cluster ?? "")' 2>&1 <<'STATEMENTS'\n\(statements)\nSTATEMENTS\n"
        guard let output = popen(command, "r") else { throw Unavailable(reason: "psql cannot be started") }
        var text = ""
        while let line = readLine(from: output) { text += line }
        guard pclose(output) == 0 else { throw Unavailable(reason: text) }
    }

    /// Schemas are made many at once, and given out one by one: a process for each would be most of a test's work.
    private static func next() throws -> String {
        try made.withLock { made in
            if made.given % made.batch == 0 {
                made.prefix = "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
                try run(
                    "SELECT format('CREATE SCHEMA \(made.prefix)_%s', n) FROM generate_series(0, \(made.batch - 1)) AS n \\gexec")
            }
            defer { made.given += 1 }
            return "\(made.prefix)_\(made.given % made.batch)"
        }
    }

    private static let made = Mutex((prefix: "", given: 0, batch: 64))

    private static func readLine(from file: UnsafeMutablePointer<FILE>) -> String? {
        var buffer = [CChar](repeating: 0, count: 1024)
        guard fgets(&buffer, Int32(buffer.count), file) != nil else { return nil }
        return buffer.withUnsafeBufferPointer { String(decoding: $0.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    }
}
