import Foundation
import Tensors

/// A folder of generated pictures: a folder of JPEGs for each size.
struct PictureFolder {
  /// Every run of the benchmark measures the same pictures.
  static let seed: UInt64 = 11

  let path: String
  /// The files' bytes, in order.
  private var files: [PictureSize: [[UInt8]]] = [:]

  /// Makes the pictures and writes them.
  ///
  /// - Parameter path: a folder that is not there yet, or empty.
  /// - Throws: `BenchError.folder`.
  init(at path: String, workers: Workers) throws {
    self.path = try FileFolder(path).path
    for size in PictureSize.allCases {
      let made = try workers.map(size.count) {
        try GeneratedPhotograph.file(size, number: $0, seed: Self.seed)
      }
      let folder = try FileFolder(path + "/" + size.rawValue)
      for (index, bytes) in made.enumerated() {
        try folder.add(index < 10 ? "0\(index).jpg" : "\(index).jpg", bytes)
      }
      files[size] = made
    }
  }

  /// The files of a size.
  func pictures(_ size: PictureSize) -> [[UInt8]] { files[size] ?? [] }

  /// Lays down what Winnow makes of the pictures, for the twin to compare with.
  ///
  /// - Parameters:
  ///   - squares: the network's pictures of a size, one after the other as `SIZE.rgb`.
  ///   - features: of the first of the small pictures, as 32-bit floats, little endian.
  func write(squares: [PictureSize: [UInt8]], features: Tensor) throws(BenchError) {
    let folder = try FileFolder(path + "/winnow")
    for (size, pixels) in squares { try folder.add("\(size.rawValue).rgb", pixels) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(features.count * 4)
    for value in features.elements {
      let bits = value.bitPattern
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(shift)))
      }
    }
    try folder.add("features.f32", bytes)
  }
}
