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
            "", "30", "3000", "3003020101", "300602010102010100", "3007020101020101", "310602010102010", "30060201010401010", "30060201ff020101",
            "3007020200010201 01", "300702010102020001", "30050201010200", "30810602010102 0101", "3006020101020101 00", "3006028101020101",
        ])
    func strictness(text: String) throws {
        let digits = text.filter { !$0.isWhitespace }
        let der = try bytes(ofHex: digits.count.isMultiple(of: 2) ? digits : digits + "1")
        #expect(ECDSASignature.raw(fromDER: der, coordinateCount: 32) == nil)
    }

    @Test("an integer longer than a coordinate is refused")
    func longInteger() {
        let der: [UInt8] = [0x30, 0x26, 0x02, 0x21] + [UInt8](repeating: 1, count: 33) + [0x02, 0x01, 0x01]
        #expect(ECDSASignature.raw(fromDER: der, coordinateCount: 32) == nil)
        #expect(ECDSASignature.raw(fromDER: der, coordinateCount: 48) != nil)
    }
}
