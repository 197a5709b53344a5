import Tensors

/// Seeded damage to the bytes of files.
public struct Mutation {
  /// What an insertion puts in: bytes that mean something to the format under test.
  private let fragment: [UInt8]
  private var generator: RandomGenerator

  /// Damage that depends on the seed alone.
  public init(seed: UInt64, fragment: [UInt8]) {
    self.fragment = fragment
    generator = RandomGenerator(seed: seed)
  }

  /// The bytes with one to four places changed, cut, lengthened or shortened.
  public mutating func damage(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !result.isEmpty {
      let place = Int.random(in: 0..<result.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: result[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: result[place] = UInt8.random(in: 0...255, using: &generator)
      case 2: result.removeLast(result.count - place)
      case 3: result.insert(contentsOf: fragment, at: place)
      case 4: result.removeSubrange(place..<min(result.count, place + 4))
      default: result[place] = [0, 0x39, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
      }
    }
    return result
  }
}
