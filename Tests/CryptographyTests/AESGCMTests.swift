import Cryptography
import Testing

@Suite struct AESGCMTests {
    let cipher: AESGCM
    init() throws { cipher = try AESGCM(key: Secret.random(32)) }

    @Test("what is sealed opens under the same context", arguments: [0, 1, 15, 16, 17, 4096])
    func roundTrip(count: Int) throws {
        let message = Randomness.bytes(count)
        let sealed = try cipher.seal(message, authenticating: [1, 2, 3])
        #expect(sealed.count == count + 28)
        #expect(try cipher.open(sealed, authenticating: [1, 2, 3]) == message)
    }

    @Test("any changed byte is found")
    func alterations() throws {
        let sealed = try cipher.seal(Array("message".utf8), authenticating: [1])
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 0x80
            #expect(throws: CryptographyError(.authenticationFailed)) { try cipher.open(altered, authenticating: [1]) }
        }
    }

    @Test("another context, another key and a shortened message are refused")
    func refusals() throws {
        let sealed = try cipher.seal(Array("message".utf8), authenticating: [1])
        let other = try AESGCM(key: Secret.random(32))
        #expect(throws: CryptographyError(.authenticationFailed)) { try cipher.open(sealed, authenticating: [2]) }
        #expect(throws: CryptographyError(.authenticationFailed)) { try cipher.open(sealed, authenticating: []) }
        #expect(throws: CryptographyError(.authenticationFailed)) { try other.open(sealed, authenticating: [1]) }
        for count in [0, 11, 12, 27, 28, sealed.count - 1] {
            #expect(throws: CryptographyError(.authenticationFailed)) { try cipher.open(Array(sealed.prefix(count)), authenticating: [1]) }
        }
    }

    @Test("the same message is never sealed to the same bytes")
    func nonces() throws {
        let sealed = try (0..<100).map { _ in try cipher.seal([7], authenticating: []) }
        #expect(Set(sealed).count == 100)
    }

    @Test("a key of another length is refused", arguments: [0, 16, 24, 31, 33])
    func keyLengths(count: Int) {
        #expect(throws: CryptographyError(.unsupportedKey)) { try AESGCM(key: Secret.random(count)) }
    }
}
