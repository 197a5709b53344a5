import Testing

@testable import Imaging

@Suite struct PerceptualHashTests {
  /// A landscape of overlapping bumps; `seed` moves them about.
  private func picture(_ width: Int, _ height: Int, seed: Int) -> RGBImage {
    var pixels: [UInt8] = []
    for row in 0..<height {
      for column in 0..<width {
        let (x, y) = (Double(column) / Double(width), Double(row) / Double(height))
        for channel in 0..<3 {
          var value = 0.0
          for bump in 0..<12 {
            let place = Double((bump * 37 + seed * 101 + channel * 3) % 97) / 97
            let (dx, dy) = (x - place, y - (place * 7).truncatingRemainder(dividingBy: 1))
            value += 60 / (1 + 200 * (dx * dx + dy * dy))
          }
          pixels.append(UInt8(min(max(value, 0), 255)))
        }
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  private func hash(_ image: RGBImage) throws -> PerceptualHash {
    try #require(PerceptualHash(image))
  }

  @Test(arguments: 1...6) func sizeBrightnessAndNoiseTurnFewBits(seed: Int) throws {
    let image = picture(300, 220, seed: seed)
    let own = try hash(image)
    #expect(try hash(image) == own)
    #expect(own.distance(to: try hash(picture(150, 110, seed: seed))) <= 4)
    #expect(own.distance(to: try hash(image.resampled(toWidth: 97, height: 211))) <= 4)
    var changed = image
    changed.pixels = image.pixels.enumerated().map { index, value in
      UInt8(min(Int(value) * 4 / 5 + 20 + index * 31 % 7, 255))
    }
    #expect(own.distance(to: try hash(changed)) <= 4)
  }

  @Test func otherPicturesTurnMany() throws {
    let hashes = try (1...8).map { try hash(picture(200, 200, seed: $0)) }
    for first in hashes.indices {
      for second in hashes.indices where second != first {
        #expect(hashes[first].distance(to: hashes[second]) > 8)
      }
    }
    let image = picture(200, 200, seed: 1)
    var mirrored = image
    for row in 0..<200 {
      for column in 0..<200 {
        for channel in 0..<3 {
          mirrored.pixels[(row * 200 + column) * 3 + channel] =
            image.pixels[(row * 200 + 199 - column) * 3 + channel]
        }
      }
    }
    #expect(try hash(image).distance(to: try hash(mirrored)) > 8)
  }

  @Test func aPictureOfNothingHasNone() {
    #expect(PerceptualHash(RGBImage(width: 40, height: 30, filledWith: (7, 200, 30))) == nil)
    var speck = RGBImage(width: 40, height: 30, filledWith: (255, 255, 255))
    speck.pixels[300] = 250
    #expect(PerceptualHash(speck) == nil)
  }
}
