import Foundation
import Tensors
import Testing

@testable import Models

enum BackboneFixture {
  struct MissingWeights: Error, CustomStringConvertible {
    let path: String
    var description: String {
      "no weights at \(path): run `make setup`, or set WINNOW_WEIGHTS to the file"
    }
  }

  static func weightsURL() throws -> URL {
    let named = ProcessInfo.processInfo.environment["WINNOW_WEIGHTS"]
    // Tests/ModelsTests/Backbones/BackboneFixture.swift lies three folders below the root.
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let url =
      named.map { URL(filePath: $0) }
      ?? root.appending(path: "Data/weights/efficientnet_lite0.pth")
    guard FileManager.default.isReadableFile(atPath: url.path) else {
      throw MissingWeights(path: url.path)
    }
    return url
  }

  static func backbone() throws -> EfficientNetBackbone {
    try EfficientNetBackbone(.lite0, readingWeightsFrom: weightsURL())
  }

  /// The computed pictures of `Fixtures/make_backbone_golden.py`, normalised.
  static func pictures() -> [Tensor] {
    let formulas: [(Int, Int) -> [Int]] = [
      { x, y in [x * 255 / 223, y * 255 / 223, ((x * 7) ^ (y * 13)) & 255] },
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
      for y in 0..<224 {
        for x in 0..<224 { elements += formula(x, y).map { (Float($0) - 127) / 128 } }
      }
      return Tensor(elements, shape: [224, 224, 3])
    }
  }

  /// ‖difference‖ / ‖expected‖ where `expected` holds every tenth column of `found`.
  static func relativeError(_ found: Tensor, _ expected: Tensor) -> Double {
    var (difference, norm) = (0.0, 0.0)
    for row in 0..<expected.rows {
      for column in 0..<expected.columns {
        let value = Double(expected[row, column])
        let error = Double(found[row, column * 10]) - value
        difference += error * error
        norm += value * value
      }
    }
    return (difference / norm).squareRoot()
  }
}
