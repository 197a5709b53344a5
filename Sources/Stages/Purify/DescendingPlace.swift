/// What is at a place among numbers in descending order, found by going over them a few times instead of
/// sorting them: memory is that of 2²² counters, whatever the count.
///
/// The numbers' bits, made to order as the numbers do, are found from the highest on: each pass counts
/// those that agree so far by their next bits.
struct DescendingPlace {
  /// The number at the place.
  private(set) var value = 0.0
  /// How many are larger.
  private(set) var above = 0
  /// How many are the same.
  private(set) var equal = 0

  private static let digits: [UInt64] = [22, 21, 21]

  /// - Parameters:
  ///   - place: From 0, which is that of the largest, to below the count.
  ///   - forEach: Calls its argument with all numbers.
  init(_ place: Int, forEach: ((Double) -> Void) throws -> Void) rethrows {
    var found: UInt64 = 0
    var unknown: UInt64 = 64
    for digit in Self.digits {
      let shift = unknown - digit
      var counts = [Int](repeating: 0, count: 1 << Int(digit))
      try forEach { number in
        let bits = number.orderedBits
        guard unknown == 64 || bits >> unknown == found else { return }
        counts[Int(bits >> shift & (1 << digit - 1))] += 1
      }
      var next = counts.count - 1
      while next > 0, above + counts[next] <= place {
        above += counts[next]
        next -= 1
      }
      equal = counts[next]
      found = found << digit | UInt64(next)
      unknown = shift
    }
    value = Double(orderedBits: found)
  }
}
