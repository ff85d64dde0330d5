import Database
import Domain
import EngineFixture
import Primitives
import Storage
import Testing

@Suite("Residents")
struct ResidentStoreTests {
    private static let claims: JSONObject = [
        "given_name": "Amina", "email": "Amina@Agency.Example", "email_verified": true, "address": ["locality": "Dodoma"], "locale": "sw-TZ",
    ]

    @Test("a resident comes back as inserted, by id, username and email", arguments: Engine.allCases)
    func roundTrip(engine: Engine) async throws {
        let database = try await engine.open()
        var resident = try Resident.named("Amina.Y", claims: Self.claims)
        resident.passwordPHC = "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA"
        resident.passwordChangedAt = noon + .seconds(1)
        let inserted = resident
        let found = try await database.write { transaction in
            try transaction.residents.insert(inserted)
            return [
                try transaction.residents.find(inserted.id), try transaction.residents.find(login: "amina.y"),
                try transaction.residents.find(login: "amina@agency.example"),
            ]
        }
        #expect(found == [inserted, inserted, inserted])
        #expect(found[0]?.username.display == "Amina.Y")
    }

    @Test("what is no key of a resident finds nobody", arguments: ["", "amina\0", "Amina", "%", "' OR 1=1 --", "amina@agency.example", "@"])
    func unknown(key: String) async throws {
        for engine in Engine.allCases {
            let database = try await engine.open()
            let resident = try Resident.named("amina")
            let found = try await database.write { transaction in
                try transaction.residents.insert(resident)
                return try transaction.residents.find(login: key)
            }
            #expect(found == nil)
        }
    }

    @Test("a username or email that differs only in writing is taken", arguments: Engine.allCases)
    func unique(engine: Engine) async throws {
        let database = try await engine.open()
        let first = try Resident.named("amina", claims: Self.claims)
        let sameName = try Resident.named("ＡＭＩＮＡ")
        let sameEmail = try Resident.named("other", claims: ["email": "amina@AGENCY.example"])
        try await database.write { try $0.residents.insert(first) }
        await #expect(throws: DatabaseError.uniqueViolation("username")) { try await database.write { try $0.residents.insert(sameName) } }
        await #expect(throws: DatabaseError.uniqueViolation("email")) { try await database.write { try $0.residents.insert(sameEmail) } }
        #expect(try await database.read { try $0.residents.count() } == 1)
    }

    @Test("any number of residents have no email", arguments: Engine.allCases)
    func withoutEmail(engine: Engine) async throws {
        let database = try await engine.open()
        let residents = try (0..<3).map { try Resident.named("r\($0)") }
        try await database.write { transaction in for resident in residents { try transaction.residents.insert(resident) } }
        #expect(try await database.read { try $0.residents.count() } == 3)
    }

    @Test("an update changes name, claims and state, and leaves the password", arguments: Engine.allCases)
    func update(engine: Engine) async throws {
        let database = try await engine.open()
        let old = try Resident.named("amina", claims: Self.claims)
        var new = old
        new.username = try LoginName("mina")
        new.claims = try ResidentClaims(json: ["email": "mina@agency.example"])
        new.updatedAt = noon + .hours(1)
        let (changed, absent) = (new, try Resident.named("absent"))
        let (done, missing, found, byOld) = try await database.write { transaction in
            try transaction.residents.insert(old)
            try transaction.residents.setPassword(phc: "hash", of: old.id, at: noon)
            return (
                try transaction.residents.update(changed), try transaction.residents.update(absent),
                try transaction.residents.find(login: "mina@agency.example"), try transaction.residents.find(login: "amina")
            )
        }
        #expect(done && !missing && byOld == nil)
        #expect(found?.claims == changed.claims)
        #expect(found?.passwordPHC == "hash")
        #expect(found?.updatedAt == noon + .hours(1))
    }

    @Test("an update to another's email is refused", arguments: Engine.allCases)
    func updateUnique(engine: Engine) async throws {
        let database = try await engine.open()
        let (first, second) = (try Resident.named("a", claims: Self.claims), try Resident.named("b"))
        var changed = second
        changed.claims = first.claims
        let update = changed
        try await database.write { transaction in
            try transaction.residents.insert(first)
            try transaction.residents.insert(second)
        }
        await #expect(throws: DatabaseError.uniqueViolation("email")) { try await database.write { try $0.residents.update(update) } }
    }

    @Test("a state is set once", arguments: Engine.allCases)
    func state(engine: Engine) async throws {
        let database = try await engine.open()
        let resident = try Resident.named("amina")
        let results = try await database.write { transaction in
            try transaction.residents.insert(resident)
            let set = { try transaction.residents.setState($0, of: resident.id, at: noon + .seconds(1)) }
            return [try set(.disabled), try set(.disabled), try set(.active)]
        }
        #expect(results == [true, false, true])
    }

    @Test("a password is replaced only where it is still the one that was checked", arguments: Engine.allCases)
    func password(engine: Engine) async throws {
        let database = try await engine.open()
        let resident = try Resident.named("amina")
        let (results, found) = try await database.write { transaction in
            try transaction.residents.insert(resident)
            let store = transaction.residents
            let results = [
                try store.setPassword(phc: "one", of: resident.id, at: noon),
                try store.setPassword(phc: "two", of: resident.id, at: noon + .seconds(1), ifStill: "one"),
                try store.setPassword(phc: "three", of: resident.id, at: noon + .seconds(2), ifStill: "one"),
                try store.rehash(phc: "two again", of: resident.id, ifStill: "two"),
                try store.rehash(phc: "late", of: resident.id, ifStill: "two"),
            ]
            return (results, try store.find(resident.id))
        }
        #expect(results == [true, true, false, true, false])
        #expect(found?.passwordPHC == "two again")
        #expect(found?.passwordChangedAt == noon + .seconds(1))
    }

    @Test("pages follow one another without gap or repetition", arguments: Engine.allCases)
    func pages(engine: Engine) async throws {
        let database = try await engine.open()
        let residents = try (0..<25).map { try Resident.named("r\($0)") }
        try await database.write { transaction in for resident in residents { try transaction.residents.insert(resident) } }
        var seen: [ResidentID] = []
        while true {
            let last = seen.last
            let page = try await database.read { try $0.residents.list(after: last, limit: 10) }
            if page.isEmpty { break }
            seen += page.map(\.id)
        }
        #expect(seen == residents.map(\.id).sorted { $0.rawValue < $1.rawValue })
    }
}
