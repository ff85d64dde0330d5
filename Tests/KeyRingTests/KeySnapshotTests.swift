import Cryptography
import JOSE
import Primitives
import Testing

@testable import KeyRing

@Suite("What servers keep of the keys")
struct KeySnapshotTests {
    @Test("a token is signed under the key's id and type, and verifies with what is published", arguments: [SignatureAlgorithm.es256, .rs256])
    func signing(_ algorithm: SignatureAlgorithm) async throws {
        let fixture = try await KeyRingFixture()
        let signer = try #require(fixture.ring.snapshot.signer(algorithm))
        for typ in ["at+jwt", "JWT", "logout+jwt", "something+jwt"] {
            let token = try signer.sign(Array(#"{"sub":"x"}"#.utf8), typ: typ)
            let parsed = try JWS.parse(token)
            let kid = try #require(parsed.kid)
            let key = try #require(fixture.ring.snapshot.verificationKey(kid: kid))
            let verified = try parsed.verified(with: key.key, algorithm: key.algorithm, typ: .exactly(typ))
            #expect(try verified.claims() == ["sub": "x"])
            #expect(verified.header.alg == algorithm.rawValue)
        }
    }

    @Test("the key set reads back strictly, names each key by its thumbprint, and puts active keys first")
    func publishedSet() async throws {
        let fixture = try await KeyRingFixture()
        _ = try await fixture.stage(.es256)
        #expect(try await fixture.ring.refreshIfChanged())
        let published = fixture.ring.snapshot.jwks
        let set = try JWKSet(json: JSONValue(parsing: published.bytes))
        #expect(set.keys.count == 3)
        for key in set.keys {
            #expect(key.kid == key.thumbprint)
            #expect(key.use == "sig" && key.alg != nil)
        }
        let active = [try fixture.kid(.es256), try fixture.kid(.rs256)]
        #expect(set.keys.prefix(2).map(\.kid) == active)
        #expect(published.maxAge == .seconds(300))
    }

    @Test("the entity tag is strong, and changes exactly when the key set does")
    func entityTag() async throws {
        let fixture = try await KeyRingFixture()
        let first = fixture.ring.snapshot.jwks.etag
        #expect(first.hasPrefix("\"") && first.hasSuffix("\"") && first.count > 20)
        let (again, _) = try await KeyRing.open(fixture.database, masterKey: fixture.masterKey, policy: fixture.policy, at: noon)
        #expect(again.snapshot.jwks.etag == first)
        _ = try await fixture.stage(.es256)
        #expect(try await fixture.ring.refreshIfChanged())
        #expect(fixture.ring.snapshot.jwks.etag != first)
    }

    @Test("a change elsewhere is taken over once, and a snapshot in use does not move")
    func refresh() async throws {
        let fixture = try await KeyRingFixture()
        let inUse = fixture.ring.snapshot
        #expect(try await !fixture.ring.refreshIfChanged())
        let kid = try await fixture.stage(.edDSA)
        _ = try await fixture.administration.apply(.activate(kid, immediately: true), at: noon)
        #expect(try await fixture.ring.refreshIfChanged())
        #expect(try await !fixture.ring.refreshIfChanged())
        #expect(fixture.ring.snapshot.signer(.edDSA)?.kid == kid)
        #expect(inUse.signer(.edDSA) == nil)
    }

    @Test("a change that cannot be used leaves the keys in use as they are")
    func damagedRefresh() async throws {
        let fixture = try await KeyRingFixture()
        let kid = try fixture.kid(.es256)
        _ = try await fixture.stage(.es256)
        try await fixture.database.write { transaction in
            _ = try transaction.execute("UPDATE signing_key SET sealed_private_key = \([UInt8(1)]) WHERE kid = \(kid)")
        }
        await #expect(throws: KeyRingError.self) { try await fixture.ring.refreshIfChanged() }
        #expect(try fixture.kid(.es256) == kid)
    }

    @Test("instants are told in words to the second, rounded up")
    func words() {
        #expect(Instant(milliseconds: 0).words == "1970-01-01 00:00:00 UTC")
        #expect(Instant(milliseconds: 1).words == "1970-01-01 00:00:01 UTC")
        #expect(Instant(secondsSince1970: -1).words == "1969-12-31 23:59:59 UTC")
        #expect(Instant(secondsSince1970: 951_782_400).words == "2000-02-29 00:00:00 UTC")
        #expect(Instant(secondsSince1970: 4_107_542_399).words == "2100-02-28 23:59:59 UTC")
        #expect(Instant(secondsSince1970: 4_107_542_400).words == "2100-03-01 00:00:00 UTC")
    }
}
