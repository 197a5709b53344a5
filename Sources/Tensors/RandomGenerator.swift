/// The one source of randomness: xoshiro256** (Blackman and Vigna, 2018), seeded by SplitMix64.
///
/// There is no default seed. Independent streams come from `stream(_:)`, which depends on the seed
/// and the labels alone, so work done in another order, or resumed, draws the same numbers.
public struct RandomGenerator: RandomNumberGenerator, Sendable {
  private let seed: UInt64
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameter seed: any number; equal seeds give equal sequences.
  public init(seed: UInt64) {
    self.seed = seed
    var mixer = seed
    state = (
      Self.splitMix(&mixer), Self.splitMix(&mixer), Self.splitMix(&mixer), Self.splitMix(&mixer)
    )
  }

  /// A generator of its own for the work that `labels` name, such as epoch and batch.
  public func stream(_ labels: UInt64...) -> RandomGenerator {
    var mixed = seed
    for label in labels {
      mixed ^= label &+ 0x9E37_79B9_7F4A_7C15 &+ (mixed << 6) &+ (mixed >> 2)
      mixed = Self.splitMix(&mixed)
    }
    return RandomGenerator(seed: mixed)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let result = Self.rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, 45)
    return result
  }

  /// A float in [0, 1) with 24 random bits.
  public mutating func nextUnit() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A tensor of floats uniform in [-bound, bound).
  public mutating func uniform(_ shape: [Int], bound: Float) -> Tensor {
    let count = shape.reduce(1, *)
    return Tensor(shape: shape) { pointer in
      for index in 0..<count { pointer[index] = (2 * nextUnit() - 1) * bound }
    }
  }

  /// An inverted-dropout mask: 0 with probability `rate`, else 1 / (1 − rate).
  public mutating func dropoutMask(_ shape: [Int], rate: Float) -> Tensor {
    precondition(rate >= 0 && rate < 1, "dropout rate \(rate) is outside [0, 1)")
    let keptScale = 1 / (1 - rate)
    let count = shape.reduce(1, *)
    return Tensor(shape: shape) { pointer in
      for index in 0..<count { pointer[index] = nextUnit() < rate ? 0 : keptScale }
    }
  }

  private static func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    (value << bits) | (value >> (64 - bits))
  }
}
