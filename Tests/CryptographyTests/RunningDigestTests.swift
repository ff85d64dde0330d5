import Cryptography
import Testing

@Suite("A digest of pieces")
struct RunningDigestTests {
    @Test("it is the digest of all of them at once, however they were cut", arguments: [Digest.sha256, .sha384, .sha512], [1, 7, 64, 1000])
    func pieces(digest: Digest, length: Int) {
        let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var running = RunningDigest(digest)
        for start in stride(from: 0, to: bytes.count, by: length) { running.update(bytes[start..<min(start + length, bytes.count)]) }
        running.update([])
        #expect(running.finish() == digest.hash(bytes))
    }

    @Test("that of nothing is the digest of the empty text")
    func empty() {
        #expect(RunningDigest(.sha256).finish() == Digest.sha256.hash([]))
    }
}
