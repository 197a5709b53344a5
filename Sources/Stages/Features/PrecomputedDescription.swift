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

  /// The most arrays that a workspace reads.
  static let maximumArrays = 4096
  /// The most bytes that `maximumArrays` can take as JSON: each with a path of 4096 bytes, the
  /// longest that Linux opens, which escapes make six times as long, and its other members.
  static let byteLimit = maximumArrays * (6 * 4096 + 512) + 512

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

  init(sizes: FeatureSizes) {
    regions = sizes.regions
    dimension = sizes.dimension
  }

  /// What the features of each image are.
  var sizes: FeatureSizes { FeatureSizes(regions: regions, dimension: dimension) }

  /// The shard numbers of the arrays at canonical paths.
  var shards: [String: Int] {
    let numbered = arrays.enumerated().map { ($1.path, -1 - $0) }
    return Dictionary(numbered, uniquingKeysWith: { first, _ in first })
  }

  /// Adds an array at the end.
  ///
  /// - Returns: its shard number.
  mutating func add(_ array: Array) -> Int {
    arrays.append(array)
    return -arrays.count
  }

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
    let bytes = try ReadableFile(path: precomputedPath).contents(
      limit: PrecomputedDescription.byteLimit)
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
}
