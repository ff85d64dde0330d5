public import Database
import Foundation

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
        name = "test_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        try Self.run("CREATE SCHEMA \(name)")
        text = "\(cluster)?options=-csearch_path%3D\(name)"
        guard let url = PostgresURL(text) else { throw Unavailable(reason: "\(cluster) is no URI") }
        self.url = url
    }

    /// - Parameter connections: few, because many tests run at once.
    public func open(connections: Int = 8) throws -> Database {
        try Database.openPostgres(url, connections: connections, timeSource: .system)
    }

    /// What an administrator does beside the program, by `psql`. `statements` must hold no quotation marks of the shell's.
    public static func run(_ statements: String) throws {
        guard let cluster, let output = popen("psql -qtA -v ON_ERROR_STOP=1 -c \"\(statements)\" '\(cluster)' 2>&1", "r") else {
            throw Unavailable(reason: "psql cannot be started")
        }
        var text = ""
        while let line = readLine(from: output) { text += line }
        guard pclose(output) == 0 else { throw Unavailable(reason: text) }
    }

    private static func readLine(from file: UnsafeMutablePointer<FILE>) -> String? {
        var buffer = [CChar](repeating: 0, count: 1024)
        guard fgets(&buffer, Int32(buffer.count), file) != nil else { return nil }
        return buffer.withUnsafeBufferPointer { String(decoding: $0.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
    }
}
