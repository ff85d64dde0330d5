import Testing

@testable import Cryptography

/// RFC 5869 appendix A.1 to A.3, the cases with SHA-256.
@Suite struct RFC5869HKDFTests {
    @Test("A.1: basic case")
    func basic() throws {
        let derived = try HKDF.derive(from: Secret([UInt8](repeating: 0x0b, count: 22)), salt: Array(0...12), info: Array(0xf0...0xf9), count: 42)
        #expect(hex(derived.copyBytes()) == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    }

    @Test("A.2: longer inputs and outputs")
    func long() throws {
        let derived = try HKDF.derive(from: Secret(Array(0x00...0x4f)), salt: Array(0x60...0xaf), info: Array(0xb0...0xff), count: 82)
        #expect(
            hex(derived.copyBytes())
                == "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
        )
    }

    @Test("A.3: no salt and no info")
    func empty() throws {
        let derived = try HKDF.derive(from: Secret([UInt8](repeating: 0x0b, count: 22)), salt: [], info: "", count: 42)
        #expect(hex(derived.copyBytes()) == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }

    @Test("another purpose gives another key, the same purpose the same")
    func purposes() throws {
        let secret = Secret.random(32)
        let first = try HKDF.derive(from: secret, salt: [], info: "first", count: 32)
        #expect(try HKDF.derive(from: secret, salt: [], info: "first", count: 32) == first)
        #expect(try HKDF.derive(from: secret, salt: [], info: "second", count: 32) != first)
    }

    @Test("a length that HKDF cannot give is refused", arguments: [-1, 0, 8161])
    func lengths(count: Int) {
        #expect(throws: CryptographyError(.derivation)) { try HKDF.derive(from: Secret.random(32), salt: [], info: "", count: count) }
    }

    @Test("the longest output HKDF can give is given")
    func longest() throws {
        #expect(try HKDF.derive(from: Secret.random(32), salt: [], info: "", count: 8160).count == 8160)
    }
}
