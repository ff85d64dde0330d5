import AuditLog
import Database
import Domain
import Primitives
import Storage
import Testing

@Suite("The record of what was done")
struct AuditRecordTests {
    private let event = AuditEvent(
        at: Instant(milliseconds: 1_800_000_000_000), kind: .keyActivated, actor: "operator:amina", detail: ["kid": "k1"])

    private struct LaterFailure: Error {}

    @Test("an event is written in the transaction of the change it records")
    func isWritten() async throws {
        let database = try await emptyDatabase()
        let event = event
        try await database.write { transaction in try transaction.record(event) }
        let events = try await database.read { transaction in try transaction.audit.list(limit: 10) }
        #expect(events == [event])
    }

    @Test("an event is not there when the transaction fails afterwards")
    func fallsWithItsTransaction() async throws {
        let database = try await emptyDatabase()
        let event = event
        await #expect(throws: LaterFailure.self) {
            try await database.write { transaction in
                try transaction.record(event)
                throw LaterFailure()
            }
        }
        #expect(try await database.read { transaction in try transaction.audit.list(limit: 10) }.isEmpty)
    }

    @Test("every kind of event has a sentence of its own")
    func kindsAreExplained() {
        let meanings = AuditKind.allCases.map(\.meaning)
        #expect(Set(meanings).count == AuditKind.allCases.count)
        #expect(meanings.allSatisfy { $0.hasSuffix(".") && $0.count > 20 })
    }

    private func emptyDatabase() async throws -> Database {
        let database = Database.openInMemory()
        try await database.migrate(Schema.migrations)
        return database
    }
}
