extension ArraySlice<UInt8> {
  /// The number in the first four bytes, the low one first; nil where there are fewer.
  var firstUInt32: UInt32? {
    guard count >= 4 else { return nil }
    return UInt32(self[startIndex]) | UInt32(self[startIndex + 1]) << 8
      | UInt32(self[startIndex + 2]) << 16 | UInt32(self[startIndex + 3]) << 24
  }
}
