import Cryptography
import Database
import Domain
import PasswordHashing
import Primitives
import Storage
import Testing

@testable import Residents

@Suite("The directory of residents")
struct ResidentDirectoryTests {
    @Test("an added resident is found by username, email and id, in any spelling")
    func find() async throws {
        let fixture = try await ResidentsFixture()
        for text in ["amina", "AMINA", "Amina@Example.org", fixture.resident.id.rawValue] {
            #expect(try await fixture.directory.find(text)?.id == fixture.resident.id)
        }
        for text in ["bela", "bela@example.org", ResidentID.random().rawValue, "", "\u{0}", "' OR 1=1 --"] {
            #expect(try await fixture.directory.find(text) == nil)
        }
        #expect(try await fixture.auditKinds() == [.residentAdded])
        let event = try await fixture.database.read { try $0.audit.list(limit: 1, of: fixture.resident.id) }.first
        #expect(event?.actor == "operator:clerk")
    }

    @Test("a username or an email address belongs to one resident, however it is spelled")
    func unique() async throws {
        let fixture = try await ResidentsFixture()
        let password = secret("another battery of horses")
        await #expect(throws: ResidentError.usernameTaken) {
            try await fixture.directory.add(NewResident(username: "AMINA", claims: [:]), password: password, at: noon)
        }
        await #expect(throws: ResidentError.emailTaken) {
            try await fixture.directory.add(NewResident(username: "bela", claims: ["email": "AMINA@example.org"]), password: password, at: noon)
        }
        #expect(try await fixture.auditKinds() == [.residentAdded])
    }

    @Test("a member that is no claim is refused by its name")
    func unknownClaims() throws {
        #expect(throws: ResidentError.invalid(DomainError("is_admin", "is not a claim that is kept"))) {
            try NewResident(username: "bela", claims: ["is_admin": true])
        }
        #expect(throws: ResidentError.self) { try NewResident(username: "bela", claims: ["sub": "x"]) }
        #expect(throws: ResidentError.self) { try NewResident(username: "", claims: [:]) }
        #expect(throws: ResidentError.self) { try NewResident(username: "bela", claims: ["birthdate": "yesterday"]) }
    }

    @Test("a refused password adds nobody")
    func refusedPassword() async throws {
        let fixture = try await ResidentsFixture()
        await #expect(throws: ResidentError.passwordRefused(.tooShort(minimumLength: 15))) {
            try await fixture.directory.add(NewResident(username: "bela", claims: [:]), password: secret("short"), at: noon)
        }
        #expect(try await fixture.directory.find("bela") == nil)
    }

    @Test("disabling ends every session and revokes every grant, offline ones too, with its record (ASVS 7.4.2)")
    func disable() async throws {
        let fixture = try await ResidentsFixture()
        let signedIn = try #require(try await fixture.signIn().attempt(fixture.attempt(), replacing: nil, at: noon).signedIn)
        let grant = try await fixture.grant(in: signedIn.session, offline: true)
        try await fixture.directory.disable(fixture.resident.id, at: noon + .seconds(1))
        try await fixture.directory.disable(fixture.resident.id, at: noon + .seconds(2))
        #expect(try await fixture.sessions().resume(signedIn.token.text, at: noon + .seconds(1)) == nil)
        #expect(try await fixture.stored(grant)?.revokedAt == noon + .seconds(1))
        #expect(try await fixture.auditKinds().filter { $0 == .residentDisabled }.count == 1)
        #expect(try await fixture.signIn().attempt(fixture.attempt(), replacing: nil, at: noon + .seconds(3)).isRefused)
    }

    @Test("an enabled resident signs in again, to a new session")
    func enable() async throws {
        let fixture = try await ResidentsFixture()
        try await fixture.directory.disable(fixture.resident.id, at: noon)
        try await fixture.directory.enable(fixture.resident.id, at: noon)
        try await fixture.directory.enable(fixture.resident.id, at: noon)
        #expect(try await fixture.auditKinds().filter { $0 == .residentEnabled }.count == 1)
        #expect(try await fixture.signIn().attempt(fixture.attempt(), replacing: nil, at: noon).signedIn != nil)
    }

    @Test("a new password ends every session and every grant, and the old one is worth nothing")
    func setPassword() async throws {
        let fixture = try await ResidentsFixture()
        let signedIn = try #require(try await fixture.signIn().attempt(fixture.attempt(), replacing: nil, at: noon).signedIn)
        let grant = try await fixture.grant(in: signedIn.session, offline: true)
        try await fixture.directory.setPassword(secret("a brand new battery"), of: fixture.resident.id, at: noon + .hours(1))
        #expect(try await fixture.sessions().resume(signedIn.token.text, at: noon + .seconds(1)) == nil)
        #expect(try await fixture.stored(grant)?.revokedAt != nil)
        #expect(try await fixture.stored(fixture.resident.id)?.passwordChangedAt == noon + .hours(1))
        #expect(try await fixture.auditKinds().first == .residentPasswordChanged)
        #expect(try await fixture.signIn().attempt(fixture.attempt(), replacing: nil, at: noon + .hours(1)).isRefused)
        #expect(try await fixture.signIn().attempt(fixture.attempt("a brand new battery"), replacing: nil, at: noon + .hours(1)).signedIn != nil)
    }

    @Test("a resident who does not exist is neither changed nor recorded")
    func unknown() async throws {
        let fixture = try await ResidentsFixture()
        let id = ResidentID.random()
        await #expect(throws: ResidentError.unknownResident) { try await fixture.directory.disable(id, at: noon) }
        await #expect(throws: ResidentError.unknownResident) { try await fixture.directory.enable(id, at: noon) }
        await #expect(throws: ResidentError.unknownResident) {
            try await fixture.directory.setPassword(secret("a brand new battery"), of: id, at: noon)
        }
        #expect(try await fixture.auditKinds() == [.residentAdded])
    }

    @Test("the list goes on where it stopped")
    func list() async throws {
        let fixture = try await ResidentsFixture()
        for name in ["bela", "chen", "dara"] {
            _ = try await fixture.directory.add(NewResident(username: name, claims: [:]), password: secret("another battery of horses"), at: noon)
        }
        let first = try await fixture.directory.list(limit: 3)
        let rest = try await fixture.directory.list(after: first.last?.id, limit: 3)
        #expect(first.count == 3 && rest.count == 1)
        #expect(Set((first + rest).map(\.username.key)) == ["amina", "bela", "chen", "dara"])
    }
}
