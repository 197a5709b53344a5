import Foundation
import Layers
import Pairs

/// The arrays of precomputed features that a workspace reads in place: `features/precomputed.json`.
///
/// The audit database refers to array k, from 0, as shard −1 − k.
struct PrecomputedDescription: Codable, Sendable, Equatable {
  /// An array, and what its file was like when it was first read.
  struct Array: Codable, Sendable, Equatable {
    /// The file's canonical path.
    let path: String
    /// Images in it.
    let images: Int
    /// `F32` or `F16`.
    let elementType: String
    /// The file's size in bytes.
    let bytes: Int64
    /// When the file was last written, in seconds and nanoseconds since 1970.
    let modified: String

    enum CodingKeys: String, CodingKey {
      case path = "path"
      case images = "images"
      case elementType = "element_type"
      case bytes = "bytes"
      case modified = "modified"
    }
  }

  /// Regions per image.
  let regions: Int
  /// Numbers per region.
  let dimension: Int
  /// In the order in which they were first named; never shortened.
  private(set) var arrays: [Array] = []

  enum CodingKeys: String, CodingKey {
    case regions = "regions"
    case dimension = "dimension"
    case arrays = "arrays"
  }

  /// One line that names whatever decides the features' bits, without where they lie.
  var fingerprint: String {
    let parts = arrays.map {
      "\(URL(fileURLWithPath: $0.path).lastPathComponent) \($0.images) \($0.elementType) "
        + "\($0.bytes) \($0.modified)"
    }
    let digest = SHA256Digest(of: parts.joined(separator: "\n").utf8)
    return "precomputed \(regions)x\(dimension) \(digest)"
  }

  /// The shard number of the array at a canonical path; nil when it is not one of these.
  func shard(ofArrayAt path: String) -> Int? {
    arrays.firstIndex { $0.path == path }.map { -1 - $0 }
  }

  mutating func add(_ array: Array) { arrays.append(array) }

  /// Opens an array.
  ///
  /// - Throws: `StagesError.damaged` for an array that is not known, or whose file changed.
  func array(ofShard shard: Int, in workspace: Workspace) throws -> PrecomputedArray {
    guard shard < 0, -1 - shard < arrays.count else {
      throw StagesError.damaged(
        path: workspace.precomputedPath,
        problem: "has \(arrays.count) arrays, but the audit database refers to shard \(shard); "
          + "give winnow-featurize --restart to look at all features anew")
    }
    let known = arrays[-1 - shard]
    let array = try PrecomputedArray(at: known.path)
    guard array.description == known, array.file.regions == regions,
      array.file.dimension == dimension
    else {
      throw StagesError.damaged(
        path: known.path,
        problem: "has changed since it was ingested; put the former file back, or give "
          + "winnow-featurize --restart to look at all features anew")
    }
    return array
  }
}

extension Workspace {
  var precomputedPath: String { featuresPath + "/precomputed.json" }

  /// The arrays that the workspace reads in place; nil when there are none.
  ///
  /// - Throws: `StagesError.damaged` for a file that is not exactly what Winnow writes.
  func precomputedDescription() throws -> PrecomputedDescription? {
    guard hasPrecomputedFeatures else { return nil }
    let advice = "give winnow-featurize --restart to look at all features anew"
    let bytes = try ReadableFile(path: precomputedPath).contents(limit: 1 << 20)
    guard
      let description = try? JSONDecoder().decode(PrecomputedDescription.self, from: Data(bytes)),
      description.regions > 0, description.dimension > 0,
      try Self.encoded(description) == bytes
    else {
      throw StagesError.damaged(
        path: precomputedPath, problem: "was changed since it was written; \(advice)")
    }
    return description
  }

  func write(_ description: PrecomputedDescription) throws {
    try create(folder: featuresPath)
    try AtomicFile.write(try Self.encoded(description), to: precomputedPath)
  }

  private static func encoded(_ description: PrecomputedDescription) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(description)) + [0x0A]
  }

  /// Whether the workspace's features came precomputed.
  var hasPrecomputedFeatures: Bool { FileManager.default.fileExists(atPath: precomputedPath) }

  /// Whether pictures were featurized in the workspace.
  var hasFeaturizedImages: Bool { FileManager.default.fileExists(atPath: featurizerPath) }
}
