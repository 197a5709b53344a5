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

  /// What is drawn in red on white, a place from 0 to 1 across and down.
  enum Drawing: CaseIterable {
    case ring, narrowRing, disc, heart, bottle

    func covers(_ x: Double, _ y: Double) -> Bool {
      let (across, down) = (x - 0.5, y - 0.5)
      let radius = (across * across + down * down).squareRoot()
      switch self {
      case .ring: return radius > 0.25 && radius < 0.4
      case .narrowRing: return radius > 0.35 && radius < 0.45
      case .disc: return radius < 0.3
      case .heart:
        let (u, v) = (across * 2.6, (0.55 - y) * 2.6)
        let round = u * u + v * v - 1
        return round * round * round < u * u * v * v * v
      case .bottle: return abs(across) < 0.2 && y > 0.4 || abs(across) < 0.08 && y > 0.1
      }
    }

    /// Antialiased, nine samples a pixel.
    func picture(_ width: Int, _ height: Int) -> RGBImage {
      painted(width, height) { x, y in
        var covered = 0.0
        for sample in 0..<9 {
          let (dx, dy) = (Double(sample % 3 - 1) / 3, Double(sample / 3 - 1) / 3)
          if covers(x + dx / Double(width), y + dy / Double(height)) { covered += 1 }
        }
        return (255 - 55 * covered / 9, 255 - 225 * covered / 9, 255 - 225 * covered / 9)
      }
    }
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

  private static let sizes = [
    (300, 300), (150, 150), (97, 97), (211, 211), (64, 64), (500, 480), (123, 250),
  ]

  private func saved(_ image: RGBImage, quality: Int) throws -> RGBImage {
    try ImageDecoder().image(from: JPEGEncoder(quality: quality).bytes(of: image))
  }

  @Test(arguments: Drawing.allCases) func noiseDecidesNoBitOfASymmetricPicture(drawing: Drawing)
    throws
  {
    let own = try hash(drawing.picture(300, 300))
    #expect(own.bits.nonzeroBitCount > 16)
    for (width, height) in Self.sizes {
      let picture = drawing.picture(width, height)
      #expect(own.distance(to: try hash(picture)) <= 4, "\(width) × \(height)")
      #expect(own.distance(to: try hash(saved(picture, quality: 75))) <= 4, "\(width) × \(height)")
    }
    for other in Drawing.allCases where other != drawing {
      #expect(own.distance(to: try hash(other.picture(150, 150))) > 16, "\(other)")
    }
  }

  /// What changes along one axis, or along both apart, is told from nothing by rounding alone.
  @Test(arguments: 0..<4) func stripesAndGradientsShowNothing(kind: Int) throws {
    for (width, height) in Self.sizes {
      let picture = painted(width, height) { x, y in
        let share = [x, y * y, Int(y * 3) % 2 == 0 ? 0 : 1, (x + y) / 2][kind]
        return (20 + 220 * share, 40 + 190 * share, 90 + 110 * share)
      }
      #expect(PerceptualHash(picture) == nil, "\(width) × \(height)")
      #expect(PerceptualHash(try saved(picture, quality: 75)) == nil, "\(width) × \(height)")
    }
  }

  @Test func aPictureOfNothingHasNone() {
    #expect(PerceptualHash(RGBImage(width: 40, height: 30, filledWith: (7, 200, 30))) == nil)
    var speck = RGBImage(width: 40, height: 30, filledWith: (255, 255, 255))
    speck.pixels[300] = 250
    #expect(PerceptualHash(speck) == nil)
  }
}

/// A picture of what a function gives for the middle of each pixel, from 0 to 1 across and down.
private func painted(
  _ width: Int, _ height: Int, _ color: (Double, Double) -> (Double, Double, Double)
) -> RGBImage {
  var pixels: [UInt8] = []
  for row in 0..<height {
    for column in 0..<width {
      let (red, green, blue) = color(
        (Double(column) + 0.5) / Double(width), (Double(row) + 0.5) / Double(height))
      pixels += [red, green, blue].map { UInt8($0.rounded()) }
    }
  }
  return RGBImage(width: width, height: height, pixels: pixels)
}
