import Foundation
import Layers
import Tensors

/// One shard, mapped into memory and checked against the workspace's featurizer.
struct FeatureShard: FeatureRows {
  /// Images in it.
  let count: Int
  private let file: SafetensorsFile
  private let path: String

  static let advice = "run winnow-featurize to make it anew"

  /// The images' SHA-256 in the order of rows.
  let images: [Substring]

  /// Opens the shard of a number.
  ///
  /// - Throws: `LayersError` for a file that is no safetensors file, `StagesError.damaged` for one
  ///   that holds something else than features made as `description` says; both name the file.
  init(at path: String, number: Int, _ description: FeaturizerDescription) throws {
    file = try SafetensorsFile(contentsOf: URL(fileURLWithPath: path))
    self.path = path
    func damaged(_ problem: String) -> StagesError {
      .damaged(path: path, problem: "\(problem); \(Self.advice)")
    }
    let name = FeatureShardWriter.tensorName
    guard file.names == [name] else {
      throw damaged("holds the tensors \(file.names), expected only `\(name)`")
    }
    let entry = try file.entry(name)
    let (regions, dimension) = (description.regions, description.dimension)
    let type = description.precision.elementType
    guard entry.elementType == type else {
      throw damaged(
        "`\(name)` is of type \(entry.elementType.rawValue), expected \(type.rawValue)")
    }
    guard entry.shape.count == 3, entry.shape.dropFirst() == [regions, dimension] else {
      throw damaged("`\(name)` has shape \(entry.shape), expected [N, \(regions), \(dimension)]")
    }
    count = entry.shape[0]
    let fingerprint = file.metadata[FeatureShardWriter.fingerprintKey] ?? "nothing known"
    guard fingerprint == description.fingerprint else {
      throw damaged("made by \(fingerprint), the other features by \(description.fingerprint)")
    }
    images = file.metadata[FeatureShardWriter.imagesKey]?.split(separator: " ") ?? []
    guard images.count == count else {
      throw damaged("names \(images.count) images for \(count) rows")
    }
    let found = file.metadata[FeatureShardWriter.numberKey] ?? "none"
    guard found == "\(number)" else {
      throw damaged("is shard \(found) by its content, but \(number) by its name")
    }
  }

  /// Reads all of the shard.
  ///
  /// - Throws: `StagesError.damaged` when it is not what was written.
  func verify() throws {
    let metadata = file.metadata
    var checksum = FeatureShardChecksum(
      number: metadata[FeatureShardWriter.numberKey] ?? "",
      fingerprint: metadata[FeatureShardWriter.fingerprintKey] ?? "",
      images: metadata[FeatureShardWriter.imagesKey] ?? "")
    checksum.update(try file.bytes(of: FeatureShardWriter.tensorName))
    guard checksum.finalize() == metadata[FeatureShardChecksum.key] else {
      throw StagesError.damaged(
        path: path,
        problem: "was changed since it was written: its checksum is another; \(Self.advice)")
    }
  }

  func features(_ rows: Range<Int>) throws -> [Float] {
    guard rows.lowerBound >= 0, rows.upperBound <= count else {
      throw StagesError.damaged(
        path: path,
        problem: "has \(count) rows, but the audit database refers to row \(rows.upperBound - 1)"
          + " (from 0); \(Self.advice)")
    }
    return try file.tensor(FeatureShardWriter.tensorName, rows: rows).elements
  }
}
