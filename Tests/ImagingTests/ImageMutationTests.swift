import TestSupport
import Testing

@testable import Imaging

/// Damages small files in many ways; each must end in pixels or in a reason.
@Suite struct ImageMutationTests {
  @Test func mutatedFilesEndInPixelsOrReasons() throws {
    let names = try Fixture.names("jpeg-").map { $0 + ".jpg" }
    let pngs = try Fixture.names("png-").map { $0 + ".png" }
    let seeds = try (names + pngs).map { try Fixture.bytes($0) }
    let preprocessor = ImagePreprocessor(side: 16)
    var mutation = Mutation(seed: 20_260_101, fragment: [0xFF, 0xD9, 0xFF, 0xDA])
    var outcomes: [String: Int] = [:]
    for round in 0..<6000 {
      let bytes = mutation.damage(seeds[round % seeds.count])
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
