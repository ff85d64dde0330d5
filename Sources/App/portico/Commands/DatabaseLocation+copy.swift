import Database

/// What a database is to a copy, and who may be at it.
enum CopyEnd {
    case source
    /// One that a server may go on using: a snapshot of it is read.
    case servedSource
    case target
}

extension DatabaseLocation {
    /// Runs `body` on the database, once it is known that no server interferes, and closes it again.
    func withDatabase(_ end: CopyEnd, _ body: (Database) async throws -> Void) async throws {
        try await open(end).closing(after: body)
    }

    private func open(_ end: CopyEnd) async throws -> Database {
        switch self {
        case .sqlite(let path):
            if Files.exists(path) {
                // Asked before it is opened here: this process would count as well.
                if end != .servedSource, try Database.isSQLiteInUse(path: path) { throw refusal(end, "Another process uses \(text)") }
            } else if end != .target {
                throw CommandFailure(.unavailable, "There is no database at \(path).", "Name the database to copy with --from.")
            }
            return try Database.openSQLite(path: path, timeSource: .system)
        case .postgres(let url):
            // One connection reads, one writes.
            let database = try Database.openPostgres(url, connections: 2, applicationName: "portico database copy", timeSource: .system)
            do {
                if end != .servedSource, try await Self.isServed(database) { throw refusal(end, "A server uses \(text)") }
            } catch {
                await database.close()
                throw error
            }
            return database
        }
    }

    /// PostgreSQL notices a moment later that a server has gone, so one that seems to be there is looked for again.
    private static func isServed(_ database: Database) async throws -> Bool {
        for _ in 0..<10 {
            guard try await database.connections(named: Server.applicationName) > 0 else { return false }
            try await Task.sleep(for: .milliseconds(100))
        }
        return true
    }

    private func refusal(_ end: CopyEnd, _ fact: String) -> CommandFailure {
        switch end {
        case .target: CommandFailure(.refused, fact + ", so nothing can be copied to it.", "Stop it, or name another database with --to.")
        case .source, .servedSource:
            CommandFailure(
                .refused, fact + ", and what it changes meanwhile would be missing in the copy.",
                "Stop it, or copy what is there at this moment with --snapshot.")
        }
    }
}
