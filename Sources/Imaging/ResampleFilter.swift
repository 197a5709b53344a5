import Foundation

/// Fixed-point weights of an antialiased resampling along one axis.
///
/// The filter is Keys' cubic with a = -0.5, stretched by the reduction so that every source pixel
/// counts; weights are normalised in double precision and rounded to 22 fractional bits. This is
/// the definition Pillow uses for 8-bit pictures, so both agree to the bit.
struct ResampleFilter: Sendable {
  /// Fractional bits of a weight; 8 bits of value and 2 of headroom fill up an Int32.
  static let fractionalBits: Int32 = 22

  /// First source place of each result place.
  let starts: [Int]
  /// How many source places from `starts` on count.
  let counts: [Int]
  /// `taps` weights for each result place, the unused ones zero.
  let weights: [Int32]
  /// Most source places that one result place needs.
  let taps: Int

  /// - Parameters:
  ///   - sourceLength: pixels along the axis.
  ///   - targetLength: pixels that the whole axis is resampled to.
  ///   - range: the result places that are needed.
  init(from sourceLength: Int, to targetLength: Int, range: Range<Int>) {
    precondition(
      sourceLength > 0 && targetLength > 0 && range.lowerBound >= 0
        && range.upperBound <= targetLength)
    let scale = Double(sourceLength) / Double(targetLength)
    let stretch = max(scale, 1)
    let support = 2 * stretch
    let taps = Int(support.rounded(.up)) * 2 + 1
    var starts: [Int] = []
    var counts: [Int] = []
    var weights = [Int32](repeating: 0, count: taps * range.count)
    for (index, place) in range.enumerated() {
      let center = (Double(place) + 0.5) * scale
      let start = max(Int(center - support + 0.5), 0)
      let end = min(Int(center + support + 0.5), sourceLength)
      let raw = (start..<end).map { Self.cubic((Double($0) - center + 0.5) / stretch) }
      let total = raw.reduce(0, +)
      for (tap, weight) in raw.enumerated() {
        let share = total == 0 ? weight : weight / total
        let fixed = share * Double(Int32(1) << Self.fractionalBits)
        weights[index * taps + tap] = Int32(fixed < 0 ? fixed - 0.5 : fixed + 0.5)
      }
      starts.append(start)
      counts.append(end - start)
    }
    (self.starts, self.counts, self.weights, self.taps) = (starts, counts, weights, taps)
  }

  /// Source places that any result place needs.
  var sourceRange: Range<Int> {
    guard let first = starts.first, let last = starts.last, let count = counts.last else {
      return 0..<0
    }
    return first..<(last + count)
  }

  /// Keys' cubic convolution kernel, a = -0.5.
  private static func cubic(_ distance: Double) -> Double {
    let x = abs(distance)
    let a = -0.5
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }
}
