import Foundation
import Tensors
import Testing

@testable import Models

enum BackboneFixture {
  struct MissingWeights: Error, CustomStringConvertible {
    let path: String
    var description: String {
      "no weights at \(path): run `make weights BACKBONES=\"lite0 lite1 lite2\"`"
    }
  }

  static func weightsURL(_ architecture: EfficientNetLite = .lite0) throws -> URL {
    // Tests/ModelsTests/Backbones/BackboneFixture.swift lies three folders below the root.
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let member = architecture.rawValue.replacing("-", with: "_")
    let url = root.appending(path: "Data/weights/\(member).pth")
    guard FileManager.default.isReadableFile(atPath: url.path) else {
      throw MissingWeights(path: url.path)
    }
    return url
  }

  static func backbone(
    _ architecture: EfficientNetLite = .lite0
  ) throws -> EfficientNetBackbone {
    try EfficientNetBackbone(architecture, readingWeightsFrom: weightsURL(architecture))
  }

  /// The computed pictures of `Fixtures/make_backbone_golden.py`, normalised.
  static func pictures(side: Int = 224) -> [Tensor] {
    let formulas: [(Int, Int) -> [Int]] = [
      { x, y in [x * 255 / (side - 1), y * 255 / (side - 1), ((x * 7) ^ (y * 13)) & 255] },
      { x, y in
        let isInside = (x - 112) * (x - 112) + (y - 90) * (y - 90) < 60 * 60
        return isInside ? [230, 60, 30] : [40, 90 + y / 4, 200 - x / 4]
      },
      { x, y in
        let square = (x / 28 + y / 28) % 2
        return [square * 200 + 20, square * 100 + (x * y) % 97, 255 - square * 180]
      },
    ]
    return formulas.map { formula in
      var elements: [Float] = []
      for y in 0..<side {
        for x in 0..<side { elements += formula(x, y).map { (Float($0) - 127) / 128 } }
      }
      return Tensor(elements, shape: [side, side, 3])
    }
  }

  /// ‖difference‖ / ‖expected‖ where `expected` holds every so manieth column of `found`.
  static func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
    let step = found.columns / expected.columns
    var (difference, norm) = (0.0, 0.0)
    for row in 0..<expected.rows {
      for column in 0..<expected.columns {
        let value = Double(expected[row, column])
        let error = Double(found[row, column * step]) - value
        difference += error * error
        norm += value * value
      }
    }
    return (difference / norm).squareRoot()
  }
}
