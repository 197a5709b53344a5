/// Which addresses a transfer may connect to.
///
/// A harvested URL can name anything: a manifest must not make the machine that cleans it ask its
/// own services, its neighbours' or its cloud's metadata address.
public enum AddressPolicy: Sendable, Equatable {
  /// Addresses of the public internet.
  case publicOnly
  /// Those and some others, each as its bytes.
  case publicAnd(Set<[UInt8]>)
  /// Every address.
  case any

  /// Whether an address may be connected to.
  ///
  /// - Parameter address: the 4 bytes of an IPv4 address or the 16 of an IPv6 one; any other number
  ///   is refused.
  public func allows(_ address: [UInt8]) -> Bool {
    switch (self, address.count) {
    case (_, let count) where count != 4 && count != 16: false
    case (.any, _): true
    case (.publicAnd(let others), _) where others.contains(address): true
    case (_, 4): Self.isPublic(v4: address)
    default: Self.isPublic(v6: address)
    }
  }

  /// IANA's registry of special-purpose IPv4 addresses, multicast and the reserved class E.
  private static let reservedV4: [Prefix] = [
    Prefix([0], bits: 8), Prefix([10], bits: 8), Prefix([100, 64], bits: 10),
    Prefix([127], bits: 8), Prefix([169, 254], bits: 16), Prefix([172, 16], bits: 12),
    Prefix([192, 0, 0], bits: 24), Prefix([192, 0, 2], bits: 24),
    Prefix([192, 88, 99], bits: 24), Prefix([192, 168], bits: 16), Prefix([198, 18], bits: 15),
    Prefix([198, 51, 100], bits: 24), Prefix([203, 0, 113], bits: 24),
    Prefix([224], bits: 4), Prefix([240], bits: 4),
    // Azure's metadata service, which looks public.
    Prefix([168, 63, 129, 16], bits: 32),
  ]

  /// IPv6 addresses that carry an IPv4 address, and where in them it begins.
  private static let carriers: [(prefix: Prefix, offset: Int)] = [
    // IPv4-mapped, IPv4-compatible, NAT64 and 6to4.
    (Prefix([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], bits: 96), 12),
    (Prefix([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], bits: 96), 12),
    (Prefix([0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0], bits: 96), 12),
    (Prefix([0x20, 0x02], bits: 16), 2),
  ]

  /// Within global unicast, what is not: Teredo and its neighbours, documentation.
  private static let reservedV6: [Prefix] = [
    Prefix([0x20, 0x01, 0x00], bits: 23), Prefix([0x20, 0x01, 0x0D, 0xB8], bits: 32),
    Prefix([0x3F, 0xFF, 0x00], bits: 20),
  ]

  private static func isPublic(v4 address: [UInt8]) -> Bool {
    !reservedV4.contains { $0.contains(address) }
  }

  private static func isPublic(v6 address: [UInt8]) -> Bool {
    if let carrier = carriers.first(where: { $0.prefix.contains(address) }) {
      return isPublic(v4: Array(address[carrier.offset..<carrier.offset + 4]))
    }
    // Only 2000::/3 is global unicast: this leaves out loopback, link-local, unique local, multicast.
    return Prefix([0x20], bits: 3).contains(address)
      && !reservedV6.contains { $0.contains(address) }
  }
}

/// The addresses that begin with the same bits.
private struct Prefix: Sendable {
  private let bytes: [UInt8]
  private let bits: Int

  init(_ bytes: [UInt8], bits: Int) {
    self.bytes = bytes
    self.bits = bits
  }

  func contains(_ address: [UInt8]) -> Bool {
    for (index, byte) in bytes.enumerated() {
      let left = bits - 8 * index
      guard left > 0 else { return true }
      let mask: UInt8 = left >= 8 ? 0xFF : 0xFF << UInt8(8 - left)
      if address[index] & mask != byte & mask { return false }
    }
    return true
  }
}
