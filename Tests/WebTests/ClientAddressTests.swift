import Testing

@testable import Web

@Suite struct ClientAddressTests {
    @Test(
        "an address is the same however it is written",
        arguments: [
            ("192.0.2.7", "192.0.2.7"), ("192.0.2.7:51234", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("::ffff:c000:207", "192.0.2.7"),
            ("[::ffff:192.0.2.7]:443", "192.0.2.7"), ("2001:DB8::1", "2001:db8:0:0:0:0:0:1"), ("[2001:db8::1]:51234", "2001:db8:0:0:0:0:0:1"),
            ("[2001:db8::1]", "2001:db8:0:0:0:0:0:1"), ("fe80::1%eth0", "fe80:0:0:0:0:0:0:1"),
        ])
    func spellings(_ written: String, _ text: String) {
        #expect(ClientAddress(written)?.text == text)
        #expect(ClientAddress(written) == ClientAddress(text))
    }

    @Test("what is no address is none", arguments: ["", "unknown", "_hidden", "192.0.2", "192.0.2.7.9", "2001:db8::g", "[", ":", "localhost"])
    func refused(_ text: String) {
        #expect(ClientAddress(text) == nil)
    }

    @Test("all addresses of one IPv6 household are counted under one prefix, and those of the next are not")
    func household() {
        let counted = ClientAddress("2001:db8:1:2::1")?.network
        #expect(counted == "2001:db8:1:2::/64")
        #expect(ClientAddress("2001:db8:1:2:ffff:eeee:dddd:cccc")?.network == counted)
        #expect(ClientAddress("2001:db8:1:3::1")?.network != counted)
        #expect(ClientAddress("192.0.2.7")?.network == "192.0.2.7")
    }
}
