import Cryptography
import Database
import EngineFixture
import Primitives
import Testing

@Suite("Values and rows")
struct ValueTests {
    @Test(
        "a value comes back as it was bound",
        arguments: [
            .null, .integer(.min), .integer(.max), .integer(0), .real(-0.5), .text(""), .text("it's; DROP TABLE resident; --"), .text("%_\\"),
            .text("\u{FEFF}e\u{301}🙂"), .blob([]), .blob([0, 255, 0]), .text(String(repeating: "x", count: 1_000_000)),
        ] as [SQLValue], Engine.allCases)
    func roundTrip(value: SQLValue, engine: Engine) async throws {
        let database = try engine.openEmpty()
        let found = try await database.read { transaction in
            try transaction.first("SELECT \(value)") { row throws(DatabaseError) -> SQLValue in
                switch value {
                case .null: try row.textOrNull(0) == nil ? .null : .text("not null")
                case .integer: .integer(try row.integer(0))
                case .real: .real(try row.real(0))
                case .text: .text(try row.text(0))
                case .blob: .blob(try row.blob(0))
                }
            }
        }
        #expect(found == value)
        if case .text(let text) = value, case .text(let back) = found { #expect(Array(text.utf8) == Array(back.utf8)) }
    }

    @Test("text with a NUL is refused, not cut short", arguments: ["\0", "a\0b", "a\0"], Engine.allCases)
    func nul(text: String, engine: Engine) async throws {
        let database = try engine.openEmpty()
        await #expect(throws: DatabaseError.checkViolation("text with a NUL character")) {
            try await database.read { try $0.first("SELECT \(text)") { row throws(DatabaseError) in try row.text(0) } }
        }
    }

    @Test("numbers that are not finite are refused", arguments: [Double.nan, .infinity, -.infinity], Engine.allCases)
    func notFinite(number: Double, engine: Engine) async throws {
        let database = try engine.openEmpty()
        await #expect(throws: DatabaseError.checkViolation("a number that is not finite")) {
            try await database.read { try $0.first("SELECT \(number)") { row throws(DatabaseError) in try row.real(0) } }
        }
    }

    @Test("instants, booleans, digests and absent values are bound as the engines store them", arguments: Engine.allCases)
    func domainValues(engine: Engine) async throws {
        let database = try engine.openEmpty()
        let (instant, digest, absent) = (Instant(milliseconds: 1_800_000_000_001), TokenDigest(of: "token"), Int64?.none)
        let matches = try await database.read { transaction in
            try transaction.first("SELECT \(instant), \(true), \(digest), \(absent)") { row throws(DatabaseError) in
                [
                    try row.instant(0) == instant, try row.integer(0) == 1_800_000_000_001, try row.bool(1), try row.digest(2) == digest,
                    try row.instantOrNull(3) == nil, try row.blobOrNull(3) == nil, try row.digestOrNull(3) == nil,
                ]
            }
        }
        #expect(matches == Array(repeating: true, count: 7))
    }

    @Test("a list binds each of its values, and an empty one matches nothing", arguments: Engine.allCases)
    func lists(engine: Engine) async throws {
        let database = try await engine.openWithNotes()
        for body in ["a", "b", "c"] { try await database.add(body) }
        let count = { (bodies: [String]) in
            try await database.read { transaction in
                try transaction.first("SELECT COUNT(*) FROM note WHERE body IN \(list: bodies)") { row throws(DatabaseError) in try row.int(0) }
            }
        }
        #expect(try await count(["a", "c", "z"]) == 2)
        #expect(try await count([]) == 0)
    }

    /// How a column is asked for.
    enum Reading: Sendable { case integer, real, text, blob, bool, digest }

    @Test(
        "a column of another type, a null and a column that is not there are malformed",
        arguments: [
            (.integer, 0), (.blob, 0), (.real, 0), (.text, 1), (.bool, 2), (.text, 2), (.digest, 3), (.integer, 4), (.integer, -1),
            (.integer, .max), (.text, 5),
        ] as [(Reading, Int)], Engine.allCases)
    func malformed(asked: (reading: Reading, column: Int), engine: Engine) async throws {
        let (reading, column) = asked
        let database = try engine.openEmpty()
        let error = await #expect(throws: DatabaseError.self) {
            try await database.read { transaction in
                try transaction.query("SELECT 'text', NULL, 2, \([UInt8](repeating: 1, count: 31)), NULL") {
                    row throws(DatabaseError) in
                    switch reading {
                    case .integer: _ = try row.integer(column)
                    case .real: _ = try row.real(column)
                    case .text: _ = try row.text(column)
                    case .blob: _ = try row.blob(column)
                    case .bool: _ = try row.bool(column)
                    case .digest: _ = try row.digest(column)
                    }
                }
            }
        }
        guard case .malformedRow = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("text that is not UTF-8, which only a SQLite file can hold, is malformed")
    func notUTF8() async throws {
        await #expect(throws: DatabaseError.malformedRow("column 0 is not UTF-8")) {
            try await Database.openInMemory().read { try $0.first("SELECT CAST(x'FF' AS TEXT)") { row throws(DatabaseError) in try row.text(0) } }
        }
    }

    @Test("a row that left its closure cannot be read", arguments: Engine.allCases)
    func escapedRow(engine: Engine) async throws {
        let database = try engine.openEmpty()
        await #expect(throws: DatabaseError.malformedRow("a row was read outside its closure")) {
            try await database.read { transaction in
                let row = try transaction.first("SELECT 1") { row throws(DatabaseError) in row }
                return try row?.integer(0)
            }
        }
    }

    @Test("the same statement may run inside its own row closure", arguments: Engine.allCases)
    func nested(engine: Engine) async throws {
        let database = try await engine.openWithNotes()
        for body in ["a", "b", "c"] { try await database.add(body) }
        let counts = try await database.read { transaction in
            try transaction.query("SELECT body FROM note") { outer throws(DatabaseError) in
                (try outer.text(0), try transaction.query("SELECT body FROM note") { inner throws(DatabaseError) in try inner.text(0) }.count)
            }
        }
        #expect(counts.map(\.0).sorted() == ["a", "b", "c"])
        #expect(counts.allSatisfy { $0.1 == 3 })
    }
}
