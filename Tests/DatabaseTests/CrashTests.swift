import Database
import Foundation
import Synchronization
import Testing

@Suite("Processes that write and die", .serialized)
struct CrashTests {
    @Test("after SIGKILL at any moment every acknowledged commit is there and the file is sound")
    func killed() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("crash.db")
        var acknowledged: Set<String> = []
        for round in 0..<6 {
            let writer = try Writer(path: path)
            // A different, unforeseeable number of commits each round, the first few included.
            try writer.waitForLines(round == 0 ? 1 : Int.random(in: 1...400))
            acknowledged.formUnion(writer.kill())
        }
        #expect(acknowledged.count >= 6)
        try await expectSound(path, holding: acknowledged)
    }

    @Test("two processes write one file at once and neither loses a commit")
    func twoProcesses() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("shared.db")
        let writers = [try Writer(path: path), try Writer(path: path)]
        for writer in writers { try writer.waitForLines(200) }
        let acknowledged = writers.map { $0.kill() }
        #expect(acknowledged.allSatisfy { $0.count >= 200 })
        try await expectSound(path, holding: acknowledged[0].union(acknowledged[1]))
    }

    private func expectSound(_ path: String, holding acknowledged: Set<String>) async throws {
        let database = try Database.openSQLite(path: path, timeSource: .system)
        let kept = try await database.read { transaction in
            Set(try transaction.query("SELECT id FROM acknowledged") { row throws(DatabaseError) in try row.text(0) })
        }
        #expect(acknowledged.subtracting(kept).isEmpty)
        let check = try await database.read { try $0.query("PRAGMA integrity_check") { row throws(DatabaseError) in try row.text(0) } }
        #expect(check == ["ok"])
        await database.close()
    }
}

/// A child process that commits rows until it is killed, and prints each row's id once its commit was acknowledged.
///
/// It is started by `popen`, not by Foundation's `Process`, whose `run()` reads past the end of a directory entry and at times ends
/// the tests with it.
private final class Writer {
    private let output: UnsafeMutablePointer<FILE>
    private let process: pid_t
    private var acknowledged: [String] = []

    init(path: String) throws {
        // The benchmark is built beside the tests.
        let ownPath = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(fileURLWithPath: ownPath).deletingLastPathComponent().appendingPathComponent("bench-database").path
        // The shell names its process and then becomes the program.
        output = try #require(popen("echo $$; exec '\(program)' --commit-forever '\(path)'", "r"))
        process = try #require(Self.line(of: output).flatMap { pid_t($0) })
    }

    struct EndedEarly: Error {}

    func waitForLines(_ count: Int) throws {
        while acknowledged.count < count {
            guard let line = Self.line(of: output) else { throw EndedEarly() }
            acknowledged.append(line)
        }
    }

    /// Ends the process as a power cut would end it, and answers what it had acknowledged.
    func kill() -> Set<String> {
        Foundation.kill(process, SIGKILL)
        while let line = Self.line(of: output) { acknowledged.append(line) }
        pclose(output)
        return Set(acknowledged)
    }

    /// The next whole line; nil at the end. What follows the last line break was cut off in the middle and acknowledged nothing.
    private static func line(of output: UnsafeMutablePointer<FILE>) -> String? {
        var text: [UInt8] = []
        while true {
            let byte = getc(output)
            guard byte >= 0 else { return nil }
            if byte == 0x0A { return String(decoding: text, as: UTF8.self) }
            text.append(UInt8(truncatingIfNeeded: byte))
        }
    }
}
