import Cryptography
import Testing

@Suite struct SecretTests {
    @Test("a secret shows its bytes to nobody who prints it")
    func printing() {
        let secret = Secret(Array("hunter2".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), String(describing: Optional(secret)), dumped] {
            #expect(!text.contains("hunter2") && !text.contains("104"))
            #expect(text.contains("‹secret›"))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test("secrets are equal when their bytes are")
    func equality() {
        #expect(Secret([1, 2, 3]) == Secret([1, 2, 3]))
        #expect(Secret([1, 2, 3]) != Secret([1, 2, 4]))
        #expect(Secret([1, 2, 3]) != Secret([1, 2]))
        #expect(Secret([]) == Secret([]))
        #expect(Secret([9, 8]).copyBytes() == [9, 8])
    }

    @Test("random secrets and bytes differ and have the length asked for")
    func randomness() {
        #expect(Secret.random(32) != Secret.random(32))
        #expect(Secret.random(32).count == 32)
        #expect(Randomness.bytes(0).isEmpty)
        #expect(Set((0..<100).map { _ in Randomness.bytes(16) }).count == 100)
    }

    @Test("constant-time comparison agrees with the plain one")
    func comparison() {
        #expect(constantTimeEquals([] as [UInt8], []))
        #expect(constantTimeEquals(Array("same".utf8), "same".utf8))
        #expect(!constantTimeEquals("same".utf8, "sane".utf8))
        #expect(!constantTimeEquals("same".utf8, "sam".utf8))
        #expect(!constantTimeEquals([1] as [UInt8], []))
        #expect(constantTimeEquals([3, 2, 1] as [UInt8], ([1, 2, 3] as [UInt8]).reversed()))
    }

    @Test("digests of empty and of scattered bytes are those of FIPS 180-4")
    func digests() {
        #expect(hex(Digest.sha256.hash([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(hex(Digest.sha256.hash("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest.sha256.hash("cba".utf8.reversed()) == Digest.sha256.hash("abc".utf8))
        #expect(
            hex(Digest.sha384.hash("abc".utf8))
                == "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7")
        #expect(
            hex(Digest.sha512.hash("abc".utf8))
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        )
    }
}
