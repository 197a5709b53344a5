import Foundation
import Imaging
import Tensors

/// A picture that compresses and decodes about like a photograph: light that changes at all scales,
/// things with sharp edges and textures of their own in front of each other, and a sensor's noise.
struct GeneratedPhotograph {
  /// Of the JPEGs.
  static let quality = 88
  private static let things = 14

  /// What one area looks like.
  private struct Surface {
    /// Values 0 to 255.
    let color: SIMD3<Float>
    /// How much of the light's changes shows.
    let texture: Float
  }

  /// An ellipse in front of what came before, in units of the shorter side.
  private struct Thing {
    let surface: Surface
    let center: SIMD2<Float>
    let radii: SIMD2<Float>
    let turn: SIMD2<Float>

    init(_ random: inout RandomGenerator) {
      surface = Surface(
        color: GeneratedPhotograph.color(&random), texture: 0.15 + 0.85 * random.nextUnit())
      center = SIMD2(1.4 * random.nextUnit(), random.nextUnit())
      radii = SIMD2(0.05 + 0.25 * random.nextUnit(), 0.03 + 0.2 * random.nextUnit())
      let angle = Float.pi * random.nextUnit()
      turn = SIMD2(cos(angle), sin(angle))
    }

    func contains(_ place: SIMD2<Float>) -> Bool {
      let from = place - center
      let turned =
        SIMD2(from.x * turn.x + from.y * turn.y, from.y * turn.x - from.x * turn.y) / radii
      return (turned * turned).sum() < 1
    }
  }

  /// The same seed, number and size always give the same picture.
  static func image(_ size: PictureSize, number: Int, seed: UInt64) -> RGBImage {
    var random = RandomGenerator(seed: seed).stream(UInt64(number))
    let (width, height) = (size.width, size.height)
    let light = FractalNoise.field(width, height, finest: 1, &random)
    let warmth = FractalNoise.field(width, height, finest: 48, &random)
    let sky = Surface(color: color(&random), texture: 0.3)
    let ground = Surface(color: color(&random), texture: 1)
    let horizon = 0.3 + 0.4 * random.nextUnit()
    let things = (0..<Self.things).map { _ in Thing(&random) }
    let unit = 1 / Float(min(width, height))
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 3)
    for row in 0..<height {
      for column in 0..<width {
        let place = SIMD2(Float(column), Float(row)) * unit
        let surface =
          things.last { $0.contains(place) }?.surface ?? (place.y < horizon ? sky : ground)
        let index = row * width + column
        let shine = 100 * surface.texture * light[index]
        let tint = 30 * warmth[index]
        let grain = 12 * (random.nextUnit() - 0.5)
        let value = surface.color + shine + grain + SIMD3(tint, 0, -tint)
        let bounded = value.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255))
        for channel in 0..<3 { pixels.append(UInt8(bounded[channel].rounded())) }
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// As a JPEG.
  static func file(_ size: PictureSize, number: Int, seed: UInt64) throws -> [UInt8] {
    try JPEGEncoder(quality: quality).bytes(of: image(size, number: number, seed: seed))
  }

  private static func color(_ random: inout RandomGenerator) -> SIMD3<Float> {
    let grey = 50 + 150 * random.nextUnit()
    return SIMD3(
      grey + 60 * (random.nextUnit() - 0.5), grey + 40 * (random.nextUnit() - 0.5),
      grey + 60 * (random.nextUnit() - 0.5))
  }
}
