import Foundation

/// 64 bits that tell what a picture looks like: pictures that look nearly the same differ in few.
///
/// The picture is reduced to 32 × 32 grey values; bit k says whether its k-th low frequency lies
/// above the median of the 64 lowest (a DCT hash: Zauner, Implementation and Benchmarking of
/// Perceptual Image Hash Functions, 2010). Another size, another compression or a change of brightness
/// and contrast turns a few bits over; another crop or a mirror image gives another hash.
///
/// Two things keep rounding from deciding bits. Along an axis on which a picture is symmetric its odd
/// frequencies are zero but for noise, so the even ones alone are taken: those of its half. And a
/// frequency has to rise above the median, and above zero, by more than noise does.
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
  /// The lowest frequencies of an axis.
  private static let lowest = Array(1...frequencies)
  /// The lowest even ones: the lowest of half the axis.
  private static let lowestEven = lowest.map { 2 * $0 }
  /// A picture whose grey values deviate less than this from their mean, on average over the pixels
  /// and in units of 1/255, shows nothing: its frequencies are rounding noise.
  private static let leastDeviation = 0.5
  /// What a frequency comes to whose wave is one grey value high.
  private static let greyValue = Double(side * side) / 4
  /// By how much a frequency has to stand out. Where it is zero, as the odd ones of symmetric pictures
  /// of 64 to 800 pixels are, resampling leaves it below a tenth of a grey value and a JPEG of quality
  /// 50 below a quarter.
  private static let noise = greyValue / 4
  /// A picture is symmetric when no odd frequency is larger than this.
  private static let largestAsymmetry = greyValue / 2
  /// Hashes with fewer bits would be near each other, whatever they are of.
  private static let leastBits = 4

  /// The hash of a picture; nil for one that shows nothing in two dimensions, which would look like
  /// any other of its kind: a single colour, stripes, a plain gradient.
  public init?(_ image: RGBImage) {
    let small = image.resampled(toWidth: Self.side, height: Self.side).pixels
    let grey = (0..<(Self.side * Self.side)).map { place in
      Self.luma(small[3 * place], small[3 * place + 1], small[3 * place + 2])
    }
    let mean = grey.reduce(0, +) / Double(grey.count)
    let deviation = grey.reduce(0) { $0 + abs($1 - mean) } / Double(grey.count)
    guard deviation >= Self.leastDeviation else { return nil }

    var spectrum = Self.spectrum(of: grey, across: Self.lowest, down: Self.lowest)
    let isSymmetricAcross = Self.isSymmetric(spectrum) { $0 / Self.frequencies }
    let isSymmetricDown = Self.isSymmetric(spectrum) { $0 % Self.frequencies }
    if isSymmetricAcross || isSymmetricDown {
      spectrum = Self.spectrum(
        of: grey, across: isSymmetricAcross ? Self.lowestEven : Self.lowest,
        down: isSymmetricDown ? Self.lowestEven : Self.lowest)
    }
    let sorted = spectrum.sorted()
    let threshold = max((sorted[31] + sorted[32]) / 2, 0) + Self.noise
    var bits: UInt64 = 0
    for (index, value) in spectrum.enumerated() where value > threshold {
      bits |= 1 << UInt64(index)
    }
    guard bits.nonzeroBitCount >= Self.leastBits else { return nil }
    self.bits = bits
  }

  /// Whether the odd frequencies of an axis, 1, 3, 5 and 7, are no more than noise.
  ///
  /// - Parameter place: which of the lowest frequencies of the axis a place of the spectrum is of,
  ///   from 0.
  private static func isSymmetric(_ spectrum: [Double], _ place: (Int) -> Int) -> Bool {
    spectrum.enumerated().allSatisfy { index, value in
      !place(index).isMultiple(of: 2) || abs(value) <= largestAsymmetry
    }
  }

  /// Some frequencies across with some down, those down next to each other.
  private static func spectrum(of grey: [Double], across: [Int], down: [Int]) -> [Double] {
    // Along the rows, then along the columns of what that gave.
    let lines = (0..<side).map { row in
      strengths(of: across) { place in grey[row * side + place] }
    }
    return across.indices.flatMap { column in
      strengths(of: down) { place in lines[place][column] }
    }
  }

  /// ITU-R BT.601.
  private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Double {
    0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
  }

  /// Some frequencies of a line of `side` values (DCT-II).
  private static func strengths(
    of frequencies: [Int], in value: (Int) -> Double
  ) -> [Double] {
    frequencies.map { frequency in
      var sum = 0.0
      for place in 0..<side { sum += value(place) * cosines[(frequency - 1) * side + place] }
      return sum
    }
  }

  /// cos(π · frequency · (2 · place + 1) / (2 · side)) for each frequency from 1, place by place.
  private static let cosines: [Double] = (1...2 * frequencies).flatMap { frequency in
    (0..<side).map { place -> Double in
      let angle = Double.pi * Double(frequency) * Double(2 * place + 1) / Double(2 * side)
      return cos(angle)
    }
  }
}
