import Cryptography
import Database
import KeyRing
import Logging
import Primitives
import Storage
import Synchronization
import Testing

@testable import portico

@Suite("Housekeeping of several nodes")
struct HousekeepingTests {
    @Test("one node does it, and another takes over when the first does not come back or gives it up")
    func takesOver() async throws {
        let database = Database.openInMemory()
        try await database.migrate(Schema.migrations)
        let clock = Clock()
        let (first, second) = (try node(on: database, clock), try node(on: database, clock))
        #expect(first.node != second.node)
        #expect(try await first.round())
        #expect(try await !second.round())
        clock.advance(by: portico.Housekeeping.pause)
        #expect(try await first.round())
        clock.advance(by: portico.Housekeeping.claim - .seconds(1))
        #expect(try await !second.round())
        clock.advance(by: .seconds(1))
        #expect(try await second.round())
        #expect(try await !first.round())
    }

    private func node(on database: Database, _ clock: Clock) throws -> portico.Housekeeping {
        let keys = KeyAdministration(database: database, masterKey: try MasterKey(.random(32)), policy: Settings().keyPolicy, operator: "test")
        return portico.Housekeeping(database: database, keys: keys, timeSource: TimeSource { clock.now }, logger: Logger(label: "test"))
    }

    /// Moved by hand.
    private final class Clock: Sendable {
        private let current = Mutex(Instant(milliseconds: 1_800_000_000_000))

        var now: Instant { current.withLock { $0 } }

        func advance(by duration: Duration) { current.withLock { $0 = $0 + duration } }
    }
}
