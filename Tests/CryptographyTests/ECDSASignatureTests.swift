import Testing

@testable import Cryptography

@Suite struct ECDSASignatureTests {
    @Test("raw and DER turn into each other, leading zeros and high bits included")
    func roundTrip() throws {
        let halves: [[UInt8]] = [
            [UInt8](repeating: 0xff, count: 32), [UInt8](repeating: 0, count: 31) + [1], [UInt8](repeating: 0, count: 31) + [0x80],
            [0x7f] + [UInt8](repeating: 2, count: 31), [0, 0x80] + [UInt8](repeating: 3, count: 30), [UInt8](repeating: 0, count: 32),
        ]
        for r in halves {
            for s in halves {
                let der = try #require(ECDSASignature.der(fromRaw: r + s, coordinateCount: 32))
                #expect(ECDSASignature.raw(fromDER: der, coordinateCount: 32) == r + s)
            }
        }
    }

    @Test("a raw signature of another length has no DER", arguments: [0, 1, 63, 65, 96])
    func rawLengths(count: Int) {
        #expect(ECDSASignature.der(fromRaw: [UInt8](repeating: 1, count: count), coordinateCount: 32) == nil)
    }

    @Test(
        "DER that is not the one encoding of two positive integers is refused",
        arguments: [
            ("nothing", ""), ("half a tag", "30"), ("an empty sequence", "3000"), ("one integer", "3003020101"), ("a set", "3106020101020101"),
            ("no integer first", "3006030101020101"), ("no integer second", "3006020101040101"), ("a length too long", "3007020101020101"),
            ("a length too short", "3005020101020101"), ("a byte behind", "300602010102010100"), ("a byte inside", "300702010102010100"),
            ("a negative r", "30060201ff020101"), ("a negative s", "3006020101020180"), ("a zero before r", "300702020001020101"),
            ("a zero before s", "300702010102020001"), ("an empty r", "30050200020101"), ("a long length", "308106020101020101"),
            ("a long length of r", "300702810101020101"), ("a cut s", "3006020201010201"),
        ])
    func strictness(name: String, text: String) throws {
        #expect(ECDSASignature.raw(fromDER: try bytes(ofHex: text), coordinateCount: 32) == nil, "\(name)")
    }

    @Test("an integer longer than a coordinate is refused")
    func longInteger() {
        let der: [UInt8] = [0x30, 0x26, 0x02, 0x21] + [UInt8](repeating: 1, count: 33) + [0x02, 0x01, 0x01]
        #expect(ECDSASignature.raw(fromDER: der, coordinateCount: 32) == nil)
        #expect(ECDSASignature.raw(fromDER: der, coordinateCount: 48) != nil)
    }
}
