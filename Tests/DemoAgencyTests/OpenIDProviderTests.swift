import Primitives
import Testing

@testable import DemoAgency

@Suite("What the agency fetches, and when again")
struct OpenIDProviderTests {
    private func known(_ scripted: ScriptedProvider) -> OpenIDProvider {
        OpenIDProvider(issuer: "https://id.example", outbound: scripted.outbound, timeSource: scripted.timeSource)
    }

    @Test("a discovery document that names another issuer is refused")
    func otherIssuer() async throws {
        let provider = known(try ScriptedProvider { $0.discoveryIssuer = "https://evil.example" })
        await #expect(throws: SignInFailure.self) { try await provider.currentEndpoints() }
    }

    @Test("endpoints on plain HTTP away from this machine are refused")
    func unprotected() {
        #expect(Agency.isProtected("https://id.example/token"))
        #expect(Agency.isProtected("http://127.0.0.1:8080/token"))
        #expect(Agency.isProtected("http://[::1]:8080/token"))
        #expect(!Agency.isProtected("http://id.example/token"))
        #expect(!Agency.isProtected("http://127.0.0.1.example/token"))
        #expect(!Agency.isProtected("http://localhost@id.example/token"))
        #expect(!Agency.isProtected("ftp://127.0.0.1/"))
    }

    @Test("the key set is fetched again after its max-age, and not before")
    func maximumAge() async throws {
        let scripted = try ScriptedProvider { $0.publishedKid = "k1" }
        let provider = known(scripted)
        _ = try await provider.key(named: "k1", for: .es256)
        scripted.change { $0.now = $0.now + .seconds(299) }
        _ = try await provider.key(named: "k1", for: .es256)
        #expect(scripted.count(of: "/jwks") == 1)
        scripted.change { $0.now = $0.now + .seconds(2) }
        _ = try await provider.key(named: "k1", for: .es256)
        #expect(scripted.count(of: "/jwks") == 2)
    }

    @Test("a key not seen before is fetched at once")
    func newKey() async throws {
        let scripted = try ScriptedProvider { $0.publishedKid = "k1" }
        let provider = known(scripted)
        _ = try await provider.key(named: "k1", for: .es256)
        scripted.change { $0.publishedKid = "k2" }
        _ = try await provider.key(named: "k2", for: .es256)
        #expect(scripted.count(of: "/jwks") == 2)
    }

    @Test("unknown keys make it fetch at most once a minute")
    func unknownKeys() async throws {
        let scripted = try ScriptedProvider { $0.publishedKid = "k1" }
        let provider = known(scripted)
        _ = try await provider.key(named: "k1", for: .es256)
        for name in ["x1", "x2", "x3"] {
            await #expect(throws: SignInFailure.self) { try await provider.key(named: name, for: .es256) }
        }
        #expect(scripted.count(of: "/jwks") == 2)
        scripted.change { $0.now = $0.now + .seconds(60) }
        await #expect(throws: SignInFailure.self) { try await provider.key(named: "x4", for: .es256) }
        #expect(scripted.count(of: "/jwks") == 3)
    }

    @Test("a key of the set is not used for another algorithm than its own")
    func otherAlgorithm() async throws {
        let scripted = try ScriptedProvider { $0.publishedKid = "k1" }
        await #expect(throws: SignInFailure.self) { try await known(scripted).key(named: "k1", for: .rs256) }
    }

    @Test("a provider that does not answer is reported as unavailable, and asked again next time")
    func unreachable() async throws {
        let scripted = try ScriptedProvider { $0.reachable = false }
        let provider = known(scripted)
        do {
            _ = try await provider.currentEndpoints()
            Issue.record("answered")
        } catch {
            #expect(error.kind == .providerUnavailable)
        }
        scripted.change { $0.reachable = true }
        #expect(try await provider.currentEndpoints().token == "https://id.example/token")
    }

    @Test(
        "max-age is read from Cache-Control",
        arguments: [
            ("max-age=300", Duration.seconds(300)), ("public, Max-Age = 60", .seconds(60)), ("no-store", nil), ("max-age=x", nil), ("", nil),
            ("max-age=-1", nil), ("s-maxage=5", nil),
        ] as [(String, Duration?)])
    func cacheControl(field: String, age: Duration?) { #expect(OpenIDProvider.maximumAge(field) == age) }
}
