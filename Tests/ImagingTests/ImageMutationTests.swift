import Testing

@testable import Imaging

/// Damages small files in many ways; each must end in pixels or in a reason.
@Suite struct ImageMutationTests {
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }

  func mutate(_ bytes: [UInt8], with generator: inout Generator) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !result.isEmpty {
      let place = Int.random(in: 0..<result.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: result[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: result[place] = UInt8.random(in: 0...255, using: &generator)
      case 2: result.removeLast(min(result.count, result.count - place))
      case 3: result.insert(contentsOf: [0xFF, 0xD9, 0xFF, 0xDA], at: place)
      case 4: result.removeSubrange(place..<min(result.count, place + 3))
      default: result[place] = [0, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
      }
    }
    return result
  }

  @Test func mutatedFilesEndInPixelsOrReasons() throws {
    let names = try Fixture.names("jpeg-").map { $0 + ".jpg" }
    let pngs = try Fixture.names("png-").map { $0 + ".png" }
    let seeds = try (names + pngs).map { try Fixture.bytes($0) }
    let preprocessor = ImagePreprocessor(side: 16)
    var generator = Generator(state: 20_260_101)
    var outcomes: [String: Int] = [:]
    for round in 0..<6000 {
      let bytes = mutate(seeds[round % seeds.count], with: &generator)
      do {
        let image = try preprocessor.image(from: bytes)
        #expect(image.pixels.count == 16 * 16 * 3)
        outcomes["pixels", default: 0] += 1
      } catch {
        #expect(!error.detail.isEmpty)
        outcomes[error.reason.rawValue, default: 0] += 1
      }
    }
    for outcome in ["pixels", "truncated_image", "corrupt_image"] {
      #expect(outcomes[outcome, default: 0] > 100, "\(outcomes)")
    }
  }
}
