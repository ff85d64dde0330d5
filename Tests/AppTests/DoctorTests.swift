import Primitives
import Testing

@testable import Database
@testable import KeyRing
@testable import portico

/// What each check makes of what it is shown: the facts are handed in, so that each of its answers is seen.
@Suite("Doctor: what each check says")
struct DoctorTests {
    private let now = Instant(secondsSince1970: 1_800_000_000)

    private func states(_ findings: [Finding]) -> [Finding.State] { findings.map(\.state) }

    @Test("whoever may write in a folder, others than its owner, is a failure; a sticky one like /tmp is not")
    func folders() {
        let cases: [(UInt32, Finding.State)] = [(0o700, .ok), (0o755, .ok), (0o775, .fail), (0o757, .fail), (0o1777, .ok)]
        for (mode, state) in cases {
            #expect(FileChecks.folder("x", of: "a/b", status: FileStatus(mode: mode, owner: 1)).state == state, "\(String(mode, radix: 8))")
        }
        #expect(FileChecks.folder("x", of: "a/b", status: nil).state == .fail)
    }

    @Test("the database and what lies beside it are their owner's alone, and the owner is this user")
    func databaseFiles() {
        func check(_ mode: UInt32, owner: UInt32 = 7, sidecar: UInt32 = 0o600) -> [Finding.State] {
            let sidecars = [(path: "p-wal", status: FileStatus(mode: sidecar, owner: 7))]
            return states(FileChecks.database("p", status: FileStatus(mode: mode, owner: owner), sidecars: sidecars, user: 7))
        }
        #expect(check(0o600) == [.ok, .ok])
        #expect(check(0o640) == [.fail, .ok])
        #expect(check(0o600, sidecar: 0o644) == [.ok, .fail])
        #expect(check(0o600, owner: 0) == [.fail, .ok])
        #expect(states(FileChecks.database("p", status: nil, sidecars: [], user: 7)) == [.fail])
        #expect(FileChecks.databaseFolderIsWritable("p", mayWrite: false).state == .fail)
        #expect(FileChecks.databaseFolderIsWritable("p", mayWrite: true).state == .ok)
    }

    @Test("a settings file that others may read is a failure where it holds a password, one they may change in any case")
    func settingsFile() {
        let cases: [(UInt32, Bool, Finding.State)] = [
            (0o644, false, .ok), (0o644, true, .fail), (0o600, true, .ok), (0o664, false, .fail), (0o640, true, .fail),
        ]
        for (mode, holdsPassword, state) in cases {
            let finding = FileChecks.settingsFile("portico.yaml", status: FileStatus(mode: mode, owner: 1), holdsPassword: holdsPassword)
            #expect(finding.state == state, "\(String(mode, radix: 8)) \(holdsPassword)")
        }
        #expect(FileChecks.settingsFile("portico.yaml", status: nil, holdsPassword: false).state == .warn)
    }

    @Test("a master key that is missing is a failure that says where it should be")
    func masterKey() {
        let finding = FileChecks.masterKey("/nowhere/master.key")
        #expect(finding.state == .fail)
        #expect(finding.found.contains("/nowhere/master.key"))
    }

    @Test("a clock far off, one that nobody keeps right, and one behind what was recorded are found")
    func clock() {
        #expect(ClockChecks.plausibility(now).state == .ok)
        #expect(ClockChecks.plausibility(Instant(milliseconds: 0)).state == .fail)
        #expect(ClockChecks.plausibility(Instant(secondsSince1970: 5_000_000_000)).state == .fail)
        #expect([true, false, nil].map { ClockChecks.synchronisation($0).state } == [.ok, .warn, .ok])
        #expect(ClockChecks.lastEvent(nil, now: now).state == .ok)
        #expect(ClockChecks.lastEvent(now + .seconds(2), now: now).state == .ok)
        #expect(ClockChecks.lastEvent(now + .milliseconds(2001), now: now).state == .fail)
        for (difference, state) in [(0, Finding.State.ok), (2000, .ok), (-2000, .ok), (2001, .warn), (-2001, .warn)] {
            #expect(ClockChecks.server(.milliseconds(difference)).state == state)
        }
        #expect(ClockChecks.server(.seconds(-5)).found.contains("5.0 seconds behind"))
    }

    @Test(
        "why the key ring does not open is told apart",
        arguments: [KeyRingError.wrongMasterKey, .notEstablished, .damaged("x"), .masterKey(path: "p", .missing)])
    func ring(problem: KeyRingError) {
        #expect(KeyChecks.ring(problem).state == .fail)
        #expect(KeyChecks.ring(problem).remedy != nil)
        #expect(KeyChecks.ring(nil).state == .ok)
    }

    @Test("an algorithm that somebody needs and no key signs for is a failure that says who")
    func missingKeys() {
        #expect(states(KeyChecks.missing([])) == [.ok])
        let findings = KeyChecks.missing([(algorithm: "PS256", neededBy: ["ID tokens of tax-office"])])
        #expect(states(findings) == [.fail])
        #expect(findings[0].found.contains("tax-office"))
        #expect(findings[0].remedy?.contains("portico keys generate PS256") == true)
    }

    private func key(
        _ state: KeySummary.State, activated: Instant? = nil, activatable: Instant? = nil, removable: Instant? = nil
    ) -> KeySummary {
        KeySummary(
            kid: "kid", algorithm: .es256, state: state, createdAt: now, publishedAt: now, activatedAt: activated, retiredAt: nil, revokedAt: nil,
            activatableFrom: activatable, removableFrom: removable, neededBy: [])
    }

    @Test("keys older than a year, staged for a month, or retired and not removed, are due")
    func ages() {
        let fresh = [
            key(.active, activated: now - .days(365)), key(.staged, activatable: now - .days(30)), key(.retired, removable: now - .hours(1)),
            key(.revoked),
        ]
        #expect(states(KeyChecks.ages(fresh, now: now)) == [.ok])
        let due = [
            key(.active, activated: now - .days(366)), key(.staged, activatable: now - .days(31)), key(.retired, removable: now - .hours(2)),
        ]
        #expect(states(KeyChecks.ages(due, now: now)) == [.warn, .warn, .warn])
    }

    @Test("damage is a failure, a journal of another kind a warning")
    func sqlite() {
        func check(_ mode: String, _ damage: [String]) -> [Finding.State] {
            states(SQLiteChecks.all(SQLiteDiagnosis(journalMode: mode, damage: damage, bytes: 1), path: "p"))
        }
        #expect(check("wal", []) == [.ok, .ok])
        #expect(check("wal", ["page 7 is never used"]) == [.fail, .ok])
        #expect(check("delete", []) == [.ok, .warn])
    }

    @Test("a network's file system and memory are no place for the database, and room must be left")
    func volume() {
        let mebibyte: Int64 = 1 << 20
        func check(_ kind: String, free: Int64 = 1000) -> [Finding.State] {
            states(SQLiteChecks.volume(Volume(kind: kind, freeBytes: free * mebibyte), databaseBytes: 100 * mebibyte, path: "p"))
        }
        for kind in ["ext4", "xfs", "btrfs", "overlay", ""] { #expect(check(kind) == [.ok, .ok]) }
        for kind in ["nfs4", "cifs", "fuse.sshfs", "9p"] { #expect(check(kind) == [.fail, .ok]) }
        #expect(check("tmpfs") == [.warn, .ok])
        #expect(check("ext4", free: 164) == [.ok, .ok])
        #expect(check("ext4", free: 163) == [.ok, .warn])
        #expect(check("ext4", free: 63) == [.ok, .fail])
        #expect(states(SQLiteChecks.volume(nil, databaseBytes: 0, path: "p")) == [.warn])
    }

    @Test("what a path is on is the nearest mount above it, the latest of several on one point")
    func mounts() {
        let mounts = """
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            30 22 0:40 / /srv rw - nfs4 server:/srv rw
            31 22 0:41 / /srv/with\\040space rw - xfs /dev/sdb1 rw
            32 22 0:42 / /data rw - ext4 /dev/sdc1 rw
            33 22 0:43 / /data rw master:1 - tmpfs tmpfs rw
            broken line
            """
        let cases = [
            ("/var/lib", "ext4"), ("/srv", "nfs4"), ("/srv/x", "nfs4"), ("/srvx", "ext4"), ("/srv/with space/db", "xfs"), ("/data/db", "tmpfs"),
        ]
        for (path, kind) in cases { #expect(Volume.kind(of: path, mounts: mounts) == kind, "\(path)") }
        #expect(Volume.kind(of: "/x", mounts: "") == "")
    }

    private func postgres(
        version: Int = 150_004, settings: [String: String] = [:], maximum: Int = 100, superuser: Bool = false, owner: Bool = false,
        encrypted: Bool = false, age: Int64 = 0, url: String = "postgres:///portico"
    ) throws -> [String: Finding.State] {
        let sound = ["server_encoding": "UTF8", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"]
        let diagnosis = PostgresDiagnosis(
            version: version, settings: sound.merging(settings) { $1 }, maximumConnections: maximum, reservedConnections: 3, isSuperuser: superuser,
            mayChangeSchema: owner, isEncrypted: encrypted, transactionAge: age, bytes: 0, clockDifference: .zero)
        let findings = PostgresChecks.all(diagnosis, url: try #require(PostgresURL(url)), connections: 16)
        return Dictionary(findings.map { ($0.check, $0.state) }) { first, _ in first }
    }

    @Test("a sound PostgreSQL server is found sound, and each thing that can be wrong with it is found")
    func postgresServer() throws {
        #expect(try postgres().values.allSatisfy { $0 == .ok })
        #expect(try postgres(version: 120_018)["database.version"] == .fail)
        #expect(try postgres(settings: ["server_encoding": "LATIN1"])["database.encoding"] == .fail)
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            #expect(try postgres(settings: [name: "off"])["database.\(name)"] == .fail, "\(name)")
        }
        #expect(try postgres(settings: ["synchronous_commit": "remote_apply"])["database.synchronous_commit"] == .ok)
        #expect(try postgres(settings: ["autovacuum": "off"])["database.autovacuum"] == .warn)
        #expect(try postgres(maximum: 19)["database.connections"] == .fail)
        #expect(try postgres(maximum: 36)["database.connections"] == .warn)
        #expect(try postgres(maximum: 37)["database.connections"] == .ok)
        #expect(try postgres(superuser: true)["database.role"] == .warn)
        #expect(try postgres(owner: true)["database.role"] == .warn)
        #expect(try postgres(age: 600_000_000)["database.wraparound"] == .warn)
        #expect(try postgres(age: 1_600_000_000)["database.wraparound"] == .fail)
    }

    @Test("a connection that leaves the machine must be encrypted, to a server whose name is proved")
    func encryption() throws {
        let remote = "postgres://db.example/portico"
        #expect(try postgres(url: remote)["database.tls"] == .fail)
        #expect(try postgres(encrypted: true, url: remote)["database.tls"] == .warn)
        #expect(try postgres(encrypted: true, url: remote + "?sslmode=verify-full")["database.tls"] == .ok)
        #expect(try postgres(url: "postgres://127.0.0.1/portico")["database.tls"] == .ok)
    }

    @Test("settings for a trial are warned of")
    func serving() {
        #expect(ServingChecks.issuer("https://id.example").state == .ok)
        #expect(ServingChecks.issuer("http://127.0.0.1:8080").state == .warn)
        #expect(ServingChecks.address(host: "127.0.0.1", trustedProxies: []).state == .ok)
        #expect(ServingChecks.address(host: "0.0.0.0", trustedProxies: []).state == .warn)
        #expect(ServingChecks.address(host: "0.0.0.0", trustedProxies: ["10.0.0.1"]).state == .ok)
        #expect(ServingChecks.schema(version: 2, missing: 0).state == .ok)
        #expect(ServingChecks.schema(version: 1, missing: 1).state == .warn)
        #expect(ServingChecks.schema(version: 0, missing: 2).state == .fail)
        #expect(ServingChecks.schemaProblem(.schemaNewer(found: 9, known: 2)).state == .fail)
        #expect(ServingChecks.copy(isUnfinished: true).state == .fail)
        #expect(ServingChecks.copy(isUnfinished: false).state == .ok)
        #expect(ServingChecks.restore(now).found.contains("restored"))
    }

    @Test("the worst finding decides, and every finding that is not well says what to do")
    func verdict() {
        let findings = [Finding.ok("a", "well"), .warn("b", "odd", "Look."), .fail("c", "bad", "Mend it.")]
        #expect(findings.worst == .fail)
        #expect([Finding.ok("a", "well"), .warn("b", "odd", "Look.")].worst == .warn)
        #expect([Finding]().worst == .ok)
        let text = findings.text(styled: false)
        #expect(text.hasSuffix("What to do:\n  fail  c: Mend it.\n  warn  b: Look."))
        #expect([Finding.ok("a", "well")].text(styled: false).hasSuffix("All is well."))
        #expect(findings.json.objectValue?["state"]?.stringValue == "fail")
    }
}
