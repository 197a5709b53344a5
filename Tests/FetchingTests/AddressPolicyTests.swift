import Glibc
import Testing

@testable import Fetching

@Suite struct AddressPolicyTests {
  private func bytes(_ text: String) throws -> [UInt8] {
    let isV6 = text.contains(":")
    var bytes = [UInt8](repeating: 0, count: isV6 ? 16 : 4)
    try #require(inet_pton(isV6 ? AF_INET6 : AF_INET, text, &bytes) == 1)
    return bytes
  }

  @Test(arguments: [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.9",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.168.1.1",
    "198.18.0.1", "198.19.255.255", "224.0.0.1", "239.1.1.1", "240.0.0.1", "168.63.129.16",
    "255.255.255.255",
    "::", "::1", "fe80::1", "fc00::1", "fd12:3456::1", "ff02::1", "fec0::1", "2001:db8::1",
    "2001::1", "100::1",
    // An IPv4 address in another dress.
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::10.0.0.1",
    "2002:7f00:1::", "2002:c0a8:101::1",
  ])
  func refusesWhatIsNotPublic(_ address: String) throws {
    #expect(!AddressPolicy.publicOnly.allows(try bytes(address)))
    #expect(AddressPolicy.any.allows(try bytes(address)))
  }

  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
    "192.167.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111",
    "2a00:1450:4001::1", "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::1",
  ])
  func allowsWhatIsPublic(_ address: String) throws {
    #expect(AddressPolicy.publicOnly.allows(try bytes(address)))
  }

  @Test func exceptionsAreSingleAddresses() throws {
    let policy = AddressPolicy.publicAnd([[127, 0, 0, 1]])
    #expect(policy.allows(try bytes("127.0.0.1")))
    #expect(policy.allows(try bytes("8.8.8.8")))
    #expect(!policy.allows(try bytes("127.0.0.2")))
  }

  @Test func refusesWhatIsNoAddress() {
    for policy in [AddressPolicy.publicOnly, .any] {
      #expect(!policy.allows([]))
      #expect(!policy.allows([8, 8, 8]))
      #expect(!policy.allows([8, 8, 8, 8, 8]))
    }
  }
}
