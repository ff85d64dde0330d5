import Testing

@testable import Web

@Suite("Addresses that attempts are counted by")
struct ClientAddressTests {
    @Test("an IPv6 address counts with its first 64 bits, an IPv4 address whole")
    func households() {
        #expect(ClientAddress("192.0.2.7").household == "192.0.2.7")
        #expect(ClientAddress("2001:db8:1:2:3:4:5:6").household == "2001:db8:1:2::/64")
        #expect(ClientAddress("2001:db8:1:2::1").household == ClientAddress("2001:DB8:1:2:ffff::").household)
        #expect(ClientAddress("2001:db8:1:2::1").household != ClientAddress("2001:db8:1:3::1").household)
        #expect(ClientAddress("::ffff:192.0.2.7").household == "192.0.2.7")
        #expect(ClientAddress("2001:db8::1").description == "2001:db8::1")
    }

    @Test("what is no address counts as it is written", arguments: ["unknown", "", "[::1]:443", "localhost", "::zz"])
    func others(_ text: String) {
        #expect(ClientAddress(text).household == text)
    }
}
