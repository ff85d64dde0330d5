import Cryptography
import Database
import Domain
import Primitives
import Storage
import Testing

@testable import KeyRing

@Suite("The life of a signing key")
struct KeyLifeCycleTests {
    private struct LaterFailure: Error {}

    @Test("a generated key is published at once, signs nothing, and verifies nothing yet")
    func generation() async throws {
        let fixture = try await KeyRingFixture()
        let active = try fixture.kid(.es256)
        let kid = try await fixture.stage(.es256)
        #expect(try await fixture.ring.refreshIfChanged())
        let snapshot = fixture.ring.snapshot
        #expect(String(decoding: snapshot.jwks.bytes, as: UTF8.self).contains(kid))
        #expect(snapshot.signer(.es256)?.kid == active)
        #expect(snapshot.verificationKey(kid: kid) == nil)
        #expect(try await fixture.auditKinds().first == .keyGenerated)
    }

    @Test("a staged key may not sign before everyone's copy of the key set can have it")
    func earlyActivation() async throws {
        let fixture = try await KeyRingFixture()
        let kid = try await fixture.stage(.es256)
        let justBefore = fixture.known - .milliseconds(1)
        let plan = try await fixture.administration.plan(.activate(kid), at: justBefore)
        #expect(plan.isRefused && plan.steps.isEmpty)
        await #expect(throws: KeyRingError.refused(plan.refusals)) { try await fixture.administration.apply(.activate(kid), at: justBefore) }
        #expect(try await fixture.states()[kid] == .staged)
    }

    @Test("activating retires the former key in the same step, which goes on verifying what it signed")
    func activation() async throws {
        let fixture = try await KeyRingFixture()
        let former = try fixture.kid(.es256)
        let kid = try await fixture.stage(.es256)
        let outcome = try await fixture.administration.apply(.activate(kid), at: fixture.known)
        #expect(outcome.steps.count == 2 && outcome.warnings.isEmpty)
        #expect(try await fixture.ring.refreshIfChanged())
        let snapshot = fixture.ring.snapshot
        #expect(snapshot.signer(.es256)?.kid == kid)
        #expect(snapshot.verificationKey(kid: former)?.algorithm == .es256)
        #expect(String(decoding: snapshot.jwks.bytes, as: UTF8.self).contains(former))
        #expect(try await fixture.states()[former] == .retired)
        #expect(try await fixture.auditKinds().prefix(2) == [.keyActivated, .keyRetired])
    }

    @Test("activating immediately is possible, and says whom it breaks")
    func immediateActivation() async throws {
        let fixture = try await KeyRingFixture()
        let kid = try await fixture.stage(.es256)
        let plan = try await fixture.administration.plan(.activate(kid, immediately: true), at: noon)
        #expect(!plan.isRefused)
        #expect(plan.warnings.contains { $0.contains("2027-01-15 08:05:05 UTC") && $0.contains("refuse our tokens") })
        #expect(try await fixture.administration.apply(.activate(kid, immediately: true), at: noon).warnings == plan.warnings)
        #expect(try await fixture.states()[kid] == .active)
    }

    @Test("a key of an algorithm without an active one can be staged and activated")
    func newAlgorithm() async throws {
        let fixture = try await KeyRingFixture()
        for algorithm in [SignatureAlgorithm.ps256, .edDSA, .es384] {
            let kid = try await fixture.stage(algorithm)
            let outcome = try await fixture.administration.apply(.activate(kid), at: fixture.known)
            #expect(outcome.steps.count == 1)
        }
        #expect(try await fixture.ring.refreshIfChanged())
        #expect(Set(fixture.ring.snapshot.signingAlgorithms) == Set(SignatureAlgorithm.allCases))
    }

    @Test("only a staged key can be activated", arguments: [KeyChange.Verb.active, .retired, .revoked])
    func activationOfOthers(_ verb: KeyChange.Verb) async throws {
        let fixture = try await KeyRingFixture()
        let former = try fixture.kid(.es256)
        if verb != .active {
            let next = try await fixture.stage(.es256)
            _ = try await fixture.administration.apply(.activate(next), at: fixture.known)
        }
        if verb == .revoked { _ = try await fixture.administration.apply(.revoke(former), at: fixture.known) }
        #expect(try await fixture.administration.plan(.activate(former, immediately: true), at: fixture.known).isRefused)
    }

    @Test("the only active key of a needed algorithm is not retired", arguments: [SignatureAlgorithm.es256, .rs256])
    func retirementOfNeeded(_ algorithm: SignatureAlgorithm) async throws {
        let fixture = try await KeyRingFixture()
        let kid = try fixture.kid(algorithm)
        await #expect(throws: KeyRingError.self) { try await fixture.administration.apply(.retire(kid), at: noon) }
        #expect(try await fixture.states()[kid] == .active)
    }

    @Test("a client's choice of algorithm makes its key needed, and the refusal names the client")
    func retirementAgainstClient() async throws {
        let fixture = try await KeyRingFixture()
        let kid = try await fixture.stage(.ps256)
        _ = try await fixture.administration.apply(.activate(kid), at: fixture.known)
        try await fixture.register("city-permits", idTokensWith: .ps256)
        let plan = try await fixture.administration.plan(.retire(kid), at: fixture.known)
        #expect(plan.refusals.contains { $0.contains("city-permits") })
        try await fixture.database.write { transaction in
            for client in try transaction.clients.all() { try transaction.clients.remove(client.id) }
        }
        _ = try await fixture.administration.apply(.retire(kid), at: fixture.known)
        #expect(try await fixture.states()[kid] == .retired)
        #expect(try await fixture.ring.refreshIfChanged())
        #expect(fixture.ring.snapshot.signer(.ps256) == nil)
    }

    @Test("retiring a staged key withdraws it")
    func withdrawal() async throws {
        let fixture = try await KeyRingFixture()
        let kid = try await fixture.stage(.es256)
        _ = try await fixture.administration.apply(.retire(kid), at: noon)
        #expect(try await fixture.states()[kid] == nil)
        #expect(try await fixture.auditKinds().first == .keyRemoved)
    }

    @Test("a revoked key leaves the key set and verifies nothing any more (A52)")
    func revocation() async throws {
        let fixture = try await KeyRingFixture()
        let former = try fixture.kid(.es256)
        let kid = try await fixture.stage(.es256)
        _ = try await fixture.administration.apply(.activate(kid), at: fixture.known)
        _ = try await fixture.administration.apply(.revoke(former), at: fixture.known)
        #expect(try await fixture.ring.refreshIfChanged())
        #expect(fixture.ring.snapshot.verificationKey(kid: former) == nil)
        #expect(!String(decoding: fixture.ring.snapshot.jwks.bytes, as: UTF8.self).contains(former))
        #expect(try await fixture.administration.plan(.revoke(former), at: fixture.known).isRefused)
        #expect(try await fixture.administration.plan(.retire(former), at: fixture.known).isRefused)
    }

    @Test("the last active key of a needed algorithm is revoked only together with a replacement")
    func revocationOfNeeded() async throws {
        let fixture = try await KeyRingFixture()
        let former = try fixture.kid(.es256)
        await #expect(throws: KeyRingError.self) { try await fixture.administration.apply(.revoke(former), at: noon) }
        #expect(try await fixture.states()[former] == .active)
        let outcome = try await fixture.administration.apply(.revoke(former, replace: true), at: noon)
        let made = try #require(outcome.created.first)
        #expect(made.isActive && made.algorithm == .es256)
        #expect(outcome.warnings.contains { $0.contains("refuse our new tokens") })
        #expect(try await fixture.ring.refreshIfChanged())
        #expect(try fixture.kid(.es256) == made.kid)
        #expect(fixture.ring.snapshot.verificationKey(kid: former) == nil)
    }

    @Test("a replacement is the staged key that most have, where there is one")
    func replacementByStaged() async throws {
        let fixture = try await KeyRingFixture()
        let former = try fixture.kid(.es256)
        let older = try await fixture.stage(.es256)
        _ = try await fixture.stage(.es256, at: noon + .seconds(10))
        let outcome = try await fixture.administration.apply(.revoke(former, replace: true), at: fixture.known)
        #expect(outcome.created.isEmpty)
        #expect(!outcome.warnings.contains { $0.contains("refuse our new tokens") })
        #expect(try await fixture.states()[older] == .active)
        #expect(try await fixture.states()[former] == .revoked)
    }

    @Test("a retired key is removed when nothing it signed can be valid any more, and not before")
    func removal() async throws {
        let fixture = try await KeyRingFixture()
        let former = try fixture.kid(.es256)
        let kid = try await fixture.stage(.es256)
        _ = try await fixture.administration.apply(.activate(kid), at: fixture.known)
        let end = fixture.known + fixture.policy.retainRetired
        #expect(try await fixture.administration.removeOutdated(at: end - .milliseconds(1)).isEmpty)
        #expect(try await fixture.administration.removeOutdated(at: end) == [former])
        #expect(try await fixture.ring.refreshIfChanged())
        #expect(fixture.ring.snapshot.verificationKey(kid: former) == nil)
        #expect(try await fixture.auditKinds().first == .keyRemoved)
    }

    @Test("a retired key is kept at least as long as the longest token lives")
    func removalPolicy() {
        let policy = KeyPolicy(longestTokenLifetime: .hours(3), retainRetired: .hours(1))
        #expect(policy.removable(retiredAt: noon) == noon + .hours(3))
    }

    @Test("a failure before the commit leaves the old keys, the old epoch and no record (A85)")
    func atomicity() async throws {
        let fixture = try await KeyRingFixture()
        let active = try fixture.kid(.es256)
        let kid = try await fixture.stage(.es256)
        let (before, records) = (try await fixture.states(), try await fixture.auditKinds())
        #expect(try await fixture.ring.refreshIfChanged())
        let (administration, known) = (fixture.administration, fixture.known)
        for change in [KeyChange.activate(kid), .revoke(active, replace: true), .retire(kid)] {
            await #expect(throws: LaterFailure.self) {
                try await fixture.database.write { transaction in
                    _ = try administration.perform(change, fresh: nil, at: known, in: transaction)
                    throw LaterFailure()
                }
            }
        }
        #expect(try await fixture.states() == before)
        #expect(try await fixture.auditKinds() == records)
        #expect(try await !fixture.ring.refreshIfChanged())
        #expect(try fixture.kid(.es256) == active)
    }

    @Test("a key whose private half is damaged is not activated")
    func damagedActivation() async throws {
        let fixture = try await KeyRingFixture()
        let kid = try await fixture.stage(.es256)
        let junk = [UInt8](repeating: 1, count: 80)
        try await fixture.database.write { transaction in
            _ = try transaction.execute("UPDATE signing_key SET sealed_private_key = \(junk) WHERE kid = \(kid)")
        }
        await #expect(throws: KeyRingError.self) { try await fixture.administration.apply(.activate(kid), at: fixture.known) }
        #expect(try await fixture.states()[kid] == .staged)
    }

    @Test("nothing is changed under another master key, or where no ring is")
    func foreignAdministration() async throws {
        let fixture = try await KeyRingFixture()
        let other = KeyAdministration(database: fixture.database, masterKey: try MasterKey(.random(32)), policy: fixture.policy, operator: "amina")
        await #expect(throws: KeyRingError.wrongMasterKey) { try await other.apply(.generate(.es256), at: noon) }
        let empty = try await KeyRingFixture.emptyDatabase()
        let early = KeyAdministration(database: empty, masterKey: fixture.masterKey, policy: fixture.policy, operator: "amina")
        await #expect(throws: KeyRingError.notEstablished) { try await early.apply(.generate(.es256), at: noon) }
    }

    @Test("a key that does not exist is named in the error")
    func unknown() async throws {
        let fixture = try await KeyRingFixture()
        for change in [KeyChange.activate("nope"), .retire("nope"), .revoke("nope")] {
            await #expect(throws: KeyRingError.unknownKey("nope")) { try await fixture.administration.apply(change, at: noon) }
        }
    }

    @Test("the list tells who needs an active key and when a staged one may sign")
    func list() async throws {
        let fixture = try await KeyRingFixture()
        let kid = try await fixture.stage(.ps256)
        try await fixture.register("city-permits", idTokensWith: .es256)
        let list = try await fixture.administration.list(at: noon)
        #expect(list.map(\.state) == [.active, .active, .staged])
        #expect(list.last?.kid == kid && list.last?.activatableFrom == fixture.known)
        let es256 = try #require(list.first { $0.algorithm == .es256 })
        #expect(es256.neededBy.count == 2 && es256.neededBy.contains { $0.contains("city-permits") })
    }

    @Test("the exported key set has public members only, and any key can be exported by its id")
    func export() async throws {
        let fixture = try await KeyRingFixture()
        let keys = try #require(try await fixture.administration.exportPublic().objectValue?["keys"]?.arrayValue)
        #expect(keys.count == 2)
        let secretNames: Set<String> = ["d", "p", "q", "dp", "dq", "qi", "k", "oth"]
        for key in keys { #expect(secretNames.isDisjoint(with: key.objectValue?.names ?? [])) }
        let kid = try fixture.kid(.rs256)
        #expect(try await fixture.administration.exportPublic(kid: kid).objectValue?["kid"] == .string(kid))
    }
}

extension KeyChange {
    /// The states other than staged.
    enum Verb: Sendable { case active, retired, revoked }
}
