import Foundation

/// 64 bits that tell what a picture looks like: pictures that look nearly the same differ in few.
///
/// The picture is reduced to 32 × 32 grey values; bit k says whether its k-th low frequency lies
/// above the median of the 64 lowest (a DCT hash: Zauner, Implementation and Benchmarking of
/// Perceptual Image Hash Functions, 2010). Another size, another compression or a change of brightness
/// and contrast turns a few bits over; another crop or a mirror image gives another hash.
public struct PerceptualHash: Hashable, Sendable {
  /// The bits, the lowest frequency's the least significant.
  public let bits: UInt64

  /// A hash of its bits.
  public init(bits: UInt64) { self.bits = bits }

  /// In how many bits two hashes differ: 0 to 64.
  public func distance(to other: PerceptualHash) -> Int { (bits ^ other.bits).nonzeroBitCount }

  /// Pixels per side of the grey picture.
  private static let side = 32
  /// Frequencies per side that count, the constant one left out.
  private static let frequencies = 8
  /// A picture whose grey values deviate less than this from their mean, on average over the pixels
  /// and in units of 1/255, shows nothing: its frequencies are rounding noise.
  private static let leastDeviation = 0.5

  /// The hash of a picture; nil for one without any structure, such as a single colour, which would
  /// look like any other of its kind.
  public init?(_ image: RGBImage) {
    let small = image.resampled(toWidth: Self.side, height: Self.side).pixels
    let grey = (0..<(Self.side * Self.side)).map { place in
      Self.luma(small[3 * place], small[3 * place + 1], small[3 * place + 2])
    }
    let mean = grey.reduce(0, +) / Double(grey.count)
    let deviation = grey.reduce(0) { $0 + abs($1 - mean) } / Double(grey.count)
    guard deviation >= Self.leastDeviation else { return nil }

    // Along the rows, then along the columns of what that gave.
    let lines = (0..<Self.side).map { row in
      Self.lowFrequencies { place in grey[row * Self.side + place] }
    }
    let columns = (0..<Self.frequencies).map { across in
      Self.lowFrequencies { place in lines[place][across] }
    }
    let spectrum = columns.flatMap { $0 }
    let sorted = spectrum.sorted()
    let median = (sorted[31] + sorted[32]) / 2
    var bits: UInt64 = 0
    for (index, value) in spectrum.enumerated() where value > median { bits |= 1 << UInt64(index) }
    self.bits = bits
  }

  /// ITU-R BT.601.
  private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Double {
    0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
  }

  /// The lowest frequencies of a line of `side` values, without the constant one (DCT-II).
  private static func lowFrequencies(of value: (Int) -> Double) -> [Double] {
    (0..<frequencies).map { index in
      var sum = 0.0
      for place in 0..<side { sum += value(place) * cosines[index * side + place] }
      return sum
    }
  }

  /// cos(π · frequency · (2 · place + 1) / (2 · side)) for each frequency from 1, place by place.
  private static let cosines: [Double] = (1...frequencies).flatMap { frequency in
    (0..<side).map { place -> Double in
      let angle = Double.pi * Double(frequency) * Double(2 * place + 1) / Double(2 * side)
      return cos(angle)
    }
  }
}
