import Domain
import Primitives
import Testing

@Suite("Standard claims (OpenID Connect Core §5.1)")
struct ResidentClaimsTests {
    private static let everything: JSONObject = [
        "name": "Amina Bint Yusuf", "given_name": "Amina", "family_name": "Yusuf", "middle_name": "Bint", "nickname": "Mina",
        "preferred_username": "amina.y", "profile": "https://people.example/amina", "picture": "https://people.example/amina.png",
        "website": "http://amina.example/", "gender": "female", "birthdate": "1990-02-28", "zoneinfo": "Africa/Dar_es_Salaam", "locale": "sw-TZ",
        "email": "Amina@Agency.Example", "email_verified": true, "phone_number": "+255123456789", "phone_number_verified": true,
        "address": ["street_address": "1 Uhuru St\nBlock B", "locality": "Dodoma", "country": "TZ"],
    ]

    @Test("every claim comes back as it was given")
    func roundTrip() throws {
        let claims = try ResidentClaims(json: Self.everything)
        #expect(claims.json == Self.everything)
        #expect(claims.json.names == ResidentClaims.names)
        #expect(try ResidentClaims(json: claims.json) == claims)
    }

    @Test("null, an empty text and an empty address are absence")
    func absence() throws {
        let claims = try ResidentClaims(json: ["name": .null, "nickname": "", "address": ["locality": ""], "email_verified": .null])
        #expect(claims == ResidentClaims.none)
        #expect(claims.json.isEmpty)
    }

    @Test("nothing is verified that is not there")
    func verified() throws {
        let claims = try ResidentClaims(json: ["email_verified": true, "phone_number_verified": true])
        #expect(!claims.emailVerified && !claims.phoneNumberVerified)
        #expect(claims.claim("email_verified") == nil && claims.claim("phone_number_verified") == nil)
    }

    @Test("a claim of another type is refused by name", arguments: ResidentClaims.names)
    func type(name: String) {
        let error = #expect(throws: DomainError.self) { try ResidentClaims(json: [name: 7]) }
        #expect(error?.field == name)
    }

    @Test("birthdates", arguments: ["1990-02-28", "2000-02-29", "0000-02-29", "0000-12-31", "1990"])
    func birthdate(text: String) throws {
        #expect(try ResidentClaims(json: ["birthdate": .string(text)]).birthdate == text)
    }

    @Test(
        "a value without its claim's form is refused by name",
        arguments: [
            ("birthdate", "1990-13-01"), ("birthdate", "1990-02-29"), ("birthdate", "1900-02-29"), ("birthdate", "90-01-01"),
            ("birthdate", "1990-1-1"), ("birthdate", "0000"), ("birthdate", "1990-01"), ("birthdate", "28.02.1990"), ("birthdate", "１９９０"),
            ("zoneinfo", "Europe/"), ("zoneinfo", "Europe Paris"), ("zoneinfo", "../etc/passwd"), ("locale", "e"), ("locale", "en--US"),
            ("locale", "en-"), ("locale", "en US"), ("phone_number", "123"), ("phone_number", "+0123"), ("phone_number", "+1234567890123456"),
            ("phone_number", "+1 415 555"), ("phone_number", "+1415;ext="), ("profile", "javascript:alert(1)"), ("picture", "data:image/png,x"),
            ("website", "https://"), ("website", "https:///x"), ("website", "https://a b"), ("website", "//agency.example"),
            ("email", "no address"), ("name", "a\u{0}b"), ("given_name", "a\nb"), ("nickname", String(repeating: "x", count: 256)),
        ])
    func form(name: String, text: String) {
        let error = #expect(throws: DomainError.self) { try ResidentClaims(json: [name: .string(text)]) }
        #expect(error?.field == name)
    }

    @Test("a fault in the address is named with its member")
    func address() {
        let error = #expect(throws: DomainError.self) { try ResidentClaims(json: ["address": ["locality": 5]]) }
        #expect(error?.field == "address.locality")
    }

    @Test("a refusal does not repeat the value")
    func silence() {
        let error = #expect(throws: DomainError.self) { try ResidentClaims(json: ["birthdate": "private"]) }
        #expect(error.map { !"\($0)".contains("private") } == true)
    }
}

@Suite("Residents")
struct ResidentTests {
    private func resident(_ claims: JSONObject) throws -> Resident {
        Resident(
            id: .random(), username: try LoginName("Amina.Y"), claims: try ResidentClaims(json: claims), passwordPHC: "$argon2id$hidden",
            createdAt: Instant(milliseconds: 1), updatedAt: Instant(milliseconds: 1_999), passwordChangedAt: nil)
    }

    @Test("a name is composed where none is given")
    func name() throws {
        #expect(try resident(["given_name": "Amina", "family_name": "Yusuf"]).claim("name") == "Amina Yusuf")
        #expect(try resident(["given_name": "Amina", "name": "Mrs Yusuf"]).claim("name") == "Mrs Yusuf")
        #expect(try resident([:]).claim("name") == nil)
    }

    @Test("derived claims")
    func derived() throws {
        let resident = try resident([:])
        #expect(resident.claim("preferred_username") == "Amina.Y")
        #expect(resident.claim("updated_at") == 1)
        #expect(resident.claim("sub") == nil)
        #expect(resident.claim("password") == nil)
        #expect(resident.claim("email_verified") == nil)
    }

    @Test("printing a resident tells their id only")
    func printing() throws {
        let resident = try resident(["email": "amina@agency.example"])
        var dumped = ""
        dump(resident, to: &dumped)
        for text in ["\(resident)", String(reflecting: resident), dumped] {
            #expect(text.contains(resident.id.rawValue))
            #expect(!text.contains("argon2id") && !text.contains("amina") && !text.contains("Amina"))
        }
    }

    @Test("identifiers have 128 random bits, and only their own form is one")
    func identifiers() throws {
        let ids = Set((0..<1000).map { _ in ResidentID.random() })
        #expect(ids.count == 1000)
        #expect(ids.allSatisfy { ResidentID(rawValue: $0.rawValue) == $0 && $0.rawValue.utf8.count == 24 })
        #expect(GrantID(rawValue: GrantID.random().rawValue) != nil)
        for text in ["", "r_", "g_AAAAAAAAAAAAAAAAAAAAAA", "r_AAAAAAAAAAAAAAAAAAAAA", "r_AAAAAAAAAAAAAAAAAAAAAAA", "r_AAAAAAAAAAAAAAAAAAAA=="] {
            #expect(ResidentID(rawValue: text) == nil)
        }
    }
}
