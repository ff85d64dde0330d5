import Cryptography
import Database
import Domain
import Primitives
import Storage
import Testing

@testable import KeyRing

@Suite("Opening the ring")
struct KeyRingOpeningTests {
    private struct LaterFailure: Error {}

    @Test("the first start makes an active ES256 and an active RS256 key, the secrets and their records")
    func firstStart() async throws {
        let fixture = try await KeyRingFixture()
        #expect(fixture.created.map(\.algorithm) == [.es256, .rs256])
        #expect(fixture.created.allSatisfy { $0.isActive })
        #expect(fixture.ring.snapshot.signingAlgorithms == [.es256, .rs256])
        #expect(try await fixture.auditKinds() == [.keyGenerated, .keyGenerated])
        let secrets = fixture.ring.secrets
        let all = [
            secrets.pairwise, secrets.pepper, secrets.tickets, secrets.throttle, secrets.successors, secrets.forms, secrets.browsers,
        ]
        #expect(Set(all.map { $0.copyBytes() }).count == all.count)
        #expect(all.allSatisfy { $0.count == 32 })
    }

    @Test("a later start makes nothing and finds the same keys and secrets")
    func laterStart() async throws {
        let fixture = try await KeyRingFixture()
        let (ring, created) = try await KeyRing.open(fixture.database, masterKey: fixture.masterKey, policy: fixture.policy, at: noon + .days(1))
        #expect(created.isEmpty)
        #expect(ring.snapshot.jwks.bytes == fixture.ring.snapshot.jwks.bytes)
        #expect(ring.secrets.pairwise == fixture.ring.secrets.pairwise)
        #expect(ring.secrets.throttle == fixture.ring.secrets.throttle)
    }

    @Test("servers that start at once on a new database share one ring")
    func race() async throws {
        let database = try await KeyRingFixture.emptyDatabase()
        let masterKey = try MasterKey(.random(32))
        let rings = try await withThrowingTaskGroup(of: (KeyRing, [CreatedKey]).self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let (ring, created) = try await KeyRing.open(database, masterKey: masterKey, policy: KeyPolicy(), at: noon)
                    return (ring, created)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(rings.filter { !$0.1.isEmpty }.count == 1)
        #expect(Set(rings.map { $0.0.snapshot.jwks.bytes }).count == 1)
        #expect(Set(rings.map { $0.0.secrets.pairwise.copyBytes() }).count == 1)
    }

    @Test("a database sealed under another master key is refused, and nothing is added to it")
    func wrongMasterKey() async throws {
        let fixture = try await KeyRingFixture()
        let other = try MasterKey(.random(32))
        await #expect(throws: KeyRingError.wrongMasterKey) {
            _ = try await KeyRing.open(fixture.database, masterKey: other, policy: fixture.policy, at: noon)
        }
        try await fixture.database.write { transaction in
            _ = try transaction.execute("DELETE FROM sealed_secret WHERE name = 'forms'")
        }
        await #expect(throws: KeyRingError.wrongMasterKey) {
            _ = try await KeyRing.open(fixture.database, masterKey: other, policy: fixture.policy, at: noon)
        }
        #expect(try await fixture.database.read { try $0.sealedSecrets.find("forms") } == nil)
        #expect("\(KeyRingError.wrongMasterKey)".contains("another master key"))
    }

    @Test("a secret that a newer program needs is added to an older ring without touching the rest")
    func newSecret() async throws {
        let fixture = try await KeyRingFixture()
        try await fixture.database.write { transaction in
            _ = try transaction.execute("DELETE FROM sealed_secret WHERE name = 'browsers'")
        }
        let (ring, created) = try await KeyRing.open(fixture.database, masterKey: fixture.masterKey, policy: fixture.policy, at: noon)
        #expect(created.isEmpty)
        #expect(ring.secrets.pairwise == fixture.ring.secrets.pairwise)
        #expect(ring.secrets.browsers != fixture.ring.secrets.browsers)
    }

    @Test("a failure before the commit leaves neither key nor secret nor record (A85)")
    func atomicFounding() async throws {
        let database = try await KeyRingFixture.emptyDatabase()
        let masterKey = try MasterKey(.random(32))
        let founding = try RingFounding(secrets: RingSecrets.Name.allCases, algorithms: [.es256], masterKey: masterKey)
        await #expect(throws: LaterFailure.self) {
            try await database.write { transaction in
                _ = try founding.perform(in: transaction, at: noon)
                throw LaterFailure()
            }
        }
        let contents = try await database.read { transaction in try RingContents(transaction) }
        #expect(contents.records.isEmpty && contents.secrets.isEmpty && contents.epoch == 0)
        #expect(try await database.read { try $0.audit.list(limit: 10) }.isEmpty)
    }

    @Test("a damaged secret is named, and not taken for a wrong master key")
    func damagedSecret() async throws {
        let fixture = try await KeyRingFixture()
        let junk = [UInt8](repeating: 7, count: 60)
        try await fixture.database.write { transaction in
            _ = try transaction.execute("UPDATE sealed_secret SET sealed = \(junk) WHERE name = 'pepper'")
        }
        await #expect(throws: KeyRingError.damaged("the sealed secret pepper")) {
            _ = try await KeyRing.open(fixture.database, masterKey: fixture.masterKey, policy: fixture.policy, at: noon)
        }
    }

    @Test("a private half that belongs to another key is found at start-up, as is one that was changed")
    func exchangedKeys() async throws {
        let fixture = try await KeyRingFixture()
        let records = try await fixture.database.read { try $0.signingKeys.all() }
        let other = try FreshKey(.es256, sealedBy: fixture.masterKey).record(state: .active, at: noon)
        let record = try #require(records.first { $0.algorithm == .es256 })
        try await fixture.database.write { transaction in
            _ = try transaction.execute("UPDATE signing_key SET sealed_private_key = \(other.sealedPrivateKey) WHERE kid = \(record.kid)")
        }
        await #expect(throws: KeyRingError.damaged("the sealed private half of key \(record.kid)")) {
            _ = try await KeyRing.open(fixture.database, masterKey: fixture.masterKey, policy: fixture.policy, at: noon)
        }
        // Sealed under the right name, but another private key: only signing and verifying tells.
        let resealed = try fixture.masterKey.seal(
            try PrivateKey.generate(for: .es256).pkcs8DER(), as: .signingKey(kid: record.kid, .es256))
        try await fixture.database.write { transaction in
            _ = try transaction.execute("UPDATE signing_key SET sealed_private_key = \(resealed) WHERE kid = \(record.kid)")
        }
        await #expect(throws: KeyRingError.self) {
            _ = try await KeyRing.open(fixture.database, masterKey: fixture.masterKey, policy: fixture.policy, at: noon)
        }
    }

    @Test("a key that is not named by its thumbprint, or holds private members, is never published (A51)")
    func foreignNames() throws {
        let masterKey = try MasterKey(.random(32))
        let fresh = try FreshKey(.es256, sealedBy: masterKey).record(state: .staged, at: noon)
        var renamed = fresh.publicJWK
        renamed["kid"] = "latest"
        let foreign = SigningKeyRecord(
            kid: "latest", algorithm: .es256, state: .staged, publicJWK: renamed, sealedPrivateKey: fresh.sealedPrivateKey, createdAt: noon,
            publishedAt: noon)
        #expect(throws: KeyRingError.self) { try foreign.checkedPublicKey() }
        var exposed = fresh.publicJWK
        exposed["d"] = "AAAA"
        let leaking = SigningKeyRecord(
            kid: fresh.kid, algorithm: .es256, state: .staged, publicJWK: exposed, sealedPrivateKey: fresh.sealedPrivateKey, createdAt: noon,
            publishedAt: noon)
        #expect(throws: KeyRingError.self) { try leaking.checkedPublicKey() }
        #expect(throws: KeyRingError.self) {
            try KeySnapshot(records: [fresh, fresh], epoch: 1, masterKey: masterKey, policy: KeyPolicy())
        }
    }

    @Test("a ring without one of the keys that every provider needs does not open")
    func missingKey() async throws {
        let fixture = try await KeyRingFixture()
        try await fixture.database.write { transaction in
            _ = try transaction.execute("UPDATE signing_key SET state = 'retired' WHERE algorithm = 'RS256'")
        }
        await #expect(throws: KeyRingError.noActiveKey(.rs256)) {
            _ = try await KeyRing.open(fixture.database, masterKey: fixture.masterKey, policy: fixture.policy, at: noon)
        }
    }
}
