import ArgumentParser
import Primitives
import Residents

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct ResidentImportCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Add residents from a file with one JSON object a line.",
        discussion: """
            Each line holds "username", claims by their OpenID Connect names, and "password" or "password_hash" (an Argon2id string). A bad line is \
            reported by its number and stops no other; usernames that exist are skipped, so the same file may be imported again. FILE may be - for \
            standard input. Ends with 1 where a line failed.

            EXAMPLE:
              portico residents import people.jsonl
              {"username":"ada","password":"correct horse battery staple","email":"ada@example.org","given_name":"Ada"}
            """)

    @OptionGroup var options: CommonOptions
    @Argument(help: "The file, or - for standard input.")
    var file: String

    func perform() async throws {
        let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure(.refused, "\(file) cannot be opened: \(String(cString: strerror(errno))).") }
        defer { if file != "-" { close(descriptor) } }
        var reader = LineReader(descriptor: descriptor, name: file == "-" ? "standard input" : file)
        try await options.withResidents(missing: .create) { residents, now in
            let report = try await residents.importLines({ try reader.next() }, at: now) { Terminal.progress("\($0.lines) lines, \($0.added) added") }
            Terminal.progress("")
            options.show(Self.text(of: report), json: Self.json(of: report))
            if !report.failures.isEmpty { throw ExitCode(CommandFailure.Exit.refused.rawValue) }
        }
    }

    static func text(of report: ImportReport) -> String {
        var lines = ["\(report.added) added, \(report.skipped) skipped (the username exists), \(report.failures.count) failed."]
        guard !report.failures.isEmpty else { return lines[0] }
        var table = Table("LINE", "WHY IT FAILED")
        for failure in report.failures { table.add(String(failure.line), failure.reason) }
        lines.append(table.text(styled: Terminal.isStyled))
        return lines.joined(separator: "\n")
    }

    static func json(of report: ImportReport) -> JSONValue {
        let failures = report.failures.map { failure -> JSONValue in ["line": .integer(Int64(failure.line)), "reason": .string(failure.reason)] }
        return [
            "lines": .integer(Int64(report.lines)), "added": .integer(Int64(report.added)), "skipped": .integer(Int64(report.skipped)),
            "failures": .array(failures),
        ]
    }
}
