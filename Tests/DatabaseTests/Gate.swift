import Database
import Dispatch

/// Holds the writing connection, so that what is written meanwhile waits and is then taken as one group.
struct Gate {
    private let opening = DispatchSemaphore(value: 0)
    private let holder: Task<Void, any Error>

    /// Returns once the connection is held.
    init(on database: Database) async {
        let opening = opening
        let (entered, enter) = AsyncStream<Void>.makeStream()
        holder = Task {
            try await database.write { _ in
                enter.finish()
                opening.wait()
            }
        }
        for await _ in entered {}
    }

    func open() async throws {
        opening.signal()
        try await holder.value
    }
}

extension Database {
    /// An empty store with a table of notes, whose bodies are unique.
    static func withNotes() async throws -> Database {
        let database = Database.openInMemory()
        try await database.write { try $0.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT NOT NULL UNIQUE CHECK (body <> 'bad'))") }
        return database
    }

    func add(_ body: String) async throws {
        try await write { try $0.execute("INSERT INTO note (body) VALUES (\(body))") }
    }

    func notes() async throws -> [String] {
        try await read { try $0.query("SELECT body FROM note ORDER BY id") { row throws(DatabaseError) in try row.text(0) } }
    }
}

/// Something the tests throw of their own.
struct Refusal: Error, Equatable {
    let number: Int
}
