import Cryptography
import Database
import Domain
import PasswordHashing
import Primitives
import Storage
import Testing

@testable import Residents

@Suite("Signing in with a password")
struct SignInTests {
    @Test("the right password opens a session with limits, context and a record", arguments: ["amina", "AMINA", " Amina ", "Amina@Example.org"])
    func success(_ identifier: String) async throws {
        let fixture = try await ResidentsFixture()
        let outcome = try await fixture.signIn().attempt(fixture.attempt(as: identifier), replacing: nil, at: noon)
        let signedIn = try #require(outcome.signedIn)
        #expect(signedIn.resident.id == fixture.resident.id)
        #expect(signedIn.session.digest == signedIn.token.digest)
        #expect(signedIn.session.authTime == noon)
        #expect(signedIn.session.idleExpiresAt == noon + .hours(1) && signedIn.session.expiresAt == noon + .hours(12))
        #expect(signedIn.session.acr == "urn:portico:aal:1" && signedIn.session.amr == ["pwd"])
        #expect(try await fixture.auditKinds().first == .residentSignedIn)
        let active = try await fixture.sessions().resume(signedIn.token.text, at: noon)
        #expect(active?.resident.id == fixture.resident.id)
    }

    @Test("a wrong password opens nothing, and is a notice without what was typed")
    func refusal() async throws {
        let fixture = try await ResidentsFixture()
        let outcome = try await fixture.signIn().attempt(fixture.attempt("not the right password"), replacing: nil, at: noon)
        #expect(outcome.isRefused)
        #expect(fixture.notices.map(\.kind) == [.signInRefused])
        #expect(fixture.notices.first?["address"] == ResidentsFixture.address)
        #expect(fixture.notices.allSatisfy { notice in notice.fields.allSatisfy { !$0.value.contains("right password") && $0.value != "amina" } })
        #expect(try await !fixture.auditKinds().contains(.residentSignedIn))
    }

    @Test("an unknown name, a wrong password and a disabled account differ in nothing that can be seen or counted (A58)")
    func enumeration() async throws {
        let fixture = try await ResidentsFixture()
        let disabled = try await fixture.directory.add(
            NewResident(username: "bela", claims: [:]), password: secret("another battery of horses"), at: noon)
        try await fixture.directory.disable(disabled.id, at: noon)
        let signIn = fixture.signIn()
        var work: [[Int]] = []
        let attempts = [
            fixture.attempt("a wrong long password", as: "nobody", from: "192.0.2.1"),
            fixture.attempt("a wrong long password", as: "nobody@example.org", from: "192.0.2.2"),
            fixture.attempt("a wrong long password", as: "no name at all \u{0}", from: "192.0.2.3"),
            fixture.attempt("a wrong long password", as: "amina", from: "192.0.2.4"),
            fixture.attempt("another battery of horses", as: "bela", from: "192.0.2.5"),
        ]
        for attempt in attempts {
            let (hashes, failures) = (fixture.hashCount, try await fixture.failures())
            let outcome = try await signIn.attempt(attempt, replacing: nil, at: noon)
            #expect(outcome.isRefused)
            let after = try await fixture.failures()
            work.append([fixture.hashCount - hashes, after.counters - failures.counters, after.sum - failures.sum])
        }
        #expect(work == Array(repeating: [1, 3, 3], count: attempts.count))
    }

    @Test("delays fall on unknown names exactly as on known ones")
    func delaysForNobody() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        var seen: [String: [Duration?]] = [:]
        for (name, address) in [("amina", "192.0.2.1"), ("nobody", "192.0.2.2"), ("not a name!\u{7}", "192.0.2.3")] {
            for step in 0..<8 {
                let outcome = try await signIn.attempt(
                    fixture.attempt("a wrong long password", as: name, from: address), replacing: nil, at: noon + .seconds(Int64(step)))
                seen[name, default: []].append(outcome.delay)
            }
        }
        #expect(Set(seen.values).count == 1)
        #expect(seen["nobody"]?.contains { $0 != nil } == true)
    }

    @Test("a resident without a password, or with a hash nobody can verify, is refused at the cost of one hash")
    func unreadableHashes() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        let heavy = "$argon2id$v=19$m=4194304,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        for phc in [nil, "plain", heavy] as [String?] {
            let id = fixture.resident.id.rawValue
            try await fixture.database.write { transaction in
                _ = try transaction.execute("UPDATE resident SET password_phc = \(phc.sqlValue) WHERE id = \(id)")
            }
            let before = fixture.hashCount
            let outcome = try await signIn.attempt(fixture.attempt(from: phc ?? "none"), replacing: nil, at: noon)
            #expect(outcome.isRefused)
            // The counting wrapper also counts the call that the hasher refuses without computing anything.
            #expect(fixture.hashCount - before == (phc == heavy ? 2 : 1))
        }
        #expect(fixture.notices.filter { $0.kind == .passwordHashUnreadable }.count == 2)
    }

    @Test("what can be nobody's password costs no hash, whoever's name it came with (A61)", arguments: ["amina", "nobody"])
    func overlongPassword(_ name: String) async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        for password in [[UInt8](repeating: 97, count: 1_000_000), [0xFF, 0xFE, 0x41]] {
            let attempt = SignInAttempt(
                identifier: name, password: Secret(password), address: "192.0.2.9", browserDigest: TokenDigest(of: "b"), knownBrowser: nil,
                userAgent: "")
            #expect(try await signIn.attempt(attempt, replacing: nil, at: noon).isRefused)
        }
        #expect(fixture.hashCount == 0)
        #expect(try await fixture.failures().sum == 6)
    }

    @Test("the same password typed in another Unicode form or with another space is the same password (A62)")
    func normalisation() async throws {
        let fixture = try await ResidentsFixture(password: "café au lait très chaud")
        let signIn = fixture.signIn()
        for typed in ["cafe\u{301} au lait tre\u{300}s chaud", "café\u{A0}au\u{3000}lait très chaud"] {
            #expect(try await signIn.attempt(fixture.attempt(typed), replacing: nil, at: noon).signedIn != nil)
        }
        #expect(try await signIn.attempt(fixture.attempt("cafe au lait tres chaud"), replacing: nil, at: noon).isRefused)
    }

    @Test("a hash by former parameters is renewed at sign-in, and the date of the password stays")
    func rehash() async throws {
        let fixture = try await ResidentsFixture()
        let old = try await fixture.stored(fixture.resident.id)?.passwordPHC
        let signIn = try fixture.signIn(hasher: ResidentsFixture.hasher(iterations: 2))
        let outcome = try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon + .hours(1))
        #expect(outcome.signedIn != nil)
        let renewed = try #require(try await fixture.stored(fixture.resident.id))
        #expect(renewed.passwordPHC != old && renewed.passwordPHC?.contains("t=2") == true)
        #expect(renewed.passwordChangedAt == noon)
        #expect(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon + .hours(2)).signedIn != nil)
    }

    @Test("each sign-in has a session of its own, and the one it replaces ends (A56)")
    func replacement() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        let first = try #require(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn)
        let grant = try await fixture.grant(in: first.session)
        let second = try #require(try await signIn.attempt(fixture.attempt(), replacing: first.session.digest, at: noon + .seconds(5)).signedIn)
        #expect(first.token != second.token)
        #expect(try await fixture.sessions().resume(first.token.text, at: noon + .seconds(6)) == nil)
        #expect(try await fixture.sessions().resume(second.token.text, at: noon + .seconds(6)) != nil)
        #expect(try await fixture.auditKinds().contains(.sessionEnded))
        let moved = try #require(try await fixture.stored(grant))
        #expect(moved.revokedAt == nil && moved.sessionDigest == second.session.digest)
    }

    @Test("where another resident signs in on the same browser, what the first gave agencies ends with their session")
    func replacementByAnother() async throws {
        let fixture = try await ResidentsFixture()
        _ = try await fixture.directory.add(
            NewResident(username: "bela", claims: [:]), password: secret("another battery of horses"), at: noon)
        let signIn = fixture.signIn()
        let first = try #require(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn)
        let (bound, offline) = (try await fixture.grant(in: first.session), try await fixture.grant(in: first.session, offline: true))
        let outcome = try await signIn.attempt(
            fixture.attempt("another battery of horses", as: "bela"), replacing: first.session.digest, at: noon + .seconds(5))
        #expect(outcome.signedIn != nil)
        #expect(try await fixture.stored(bound)?.revokedAt == noon + .seconds(5))
        #expect(try await fixture.stored(offline)?.revokedAt == nil)
    }

    @Test("a failed sign-in leaves the session of the browser as it is")
    func failureKeepsSession() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn()
        let first = try #require(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).signedIn)
        #expect(try await signIn.attempt(fixture.attempt("a wrong long password"), replacing: first.session.digest, at: noon).isRefused)
        #expect(try await fixture.sessions().resume(first.token.text, at: noon) != nil)
    }

    @Test("an account that is disabled, or gets another password, while the hash is computed is not let in")
    func changeWhileHashing() async throws {
        for change in ["disable", "password"] {
            let fixture = try await ResidentsFixture()
            let checks = PasswordChecks(fixture.hasher)
            let (directory, id) = (fixture.directory, fixture.resident.id)
            let slow = PasswordChecks(
                hash: checks.hash,
                verify: { password, hash async throws(PasswordHashError) in
                    let verification = try await checks.verify(password, hash)
                    if change == "disable" {
                        try? await directory.disable(id, at: noon)
                    } else {
                        try? await directory.setPassword(secret("a brand new battery"), of: id, at: noon)
                    }
                    return verification
                },
                verifyNothing: checks.verifyNothing)
            let signIn = SignIn(
                database: fixture.database, passwords: slow, secrets: fixture.secrets, sessionPolicy: SessionPolicy(),
                throttlePolicy: ThrottlePolicy(), log: .none)
            #expect(try await signIn.attempt(fixture.attempt(), replacing: nil, at: noon).isRefused)
            #expect(try await fixture.database.read { try $0.sessions.list(of: id) }.isEmpty)
        }
    }

    @Test("a full queue is answered as busy, without a trace in the counters")
    func busy() async throws {
        let fixture = try await ResidentsFixture()
        let signIn = fixture.signIn(busy: true)
        for name in ["amina", "nobody"] {
            for _ in 0..<10 { #expect(try await signIn.attempt(fixture.attempt(as: name), replacing: nil, at: noon).isBusy) }
        }
        #expect(try await fixture.failures().counters == 0)
    }
}
