extension PairKey {
  /// Reads what `description` writes and nothing else: 32 lower-case hexadecimal digits, then
  /// nothing or `#n` with n at least 2 and no leading zero.
  public init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 32,
      let high = Hexadecimal.word(of: bytes[0..<16]),
      let low = Hexadecimal.word(of: bytes[16..<32])
    else { return nil }
    guard bytes.count > 32 else {
      self.init(high: high, low: low)
      return
    }
    let digits = String(decoding: bytes[33...], as: UTF8.self)
    guard bytes[32] == UInt8(ascii: "#"), let occurrence = Int(digits), occurrence >= 2,
      String(occurrence) == digits
    else { return nil }
    self.init(high: high, low: low, occurrence: occurrence)
  }
}

extension PairKey: Codable {
  /// Reads the key as the one string that `description` writes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let key = PairKey(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\"\(text)\" is not a pair key")
    }
    self = key
  }

  /// Writes the key as one string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
