import Foundation
import Imaging
import Models
import Pairs

/// Everything that decides what an image's features are. Features of different descriptions do not
/// belong together, so a workspace has one, in `features/featurizer.json`.
public struct FeaturizerDescription: Codable, Sendable, Equatable {
  /// Architecture and content hash of the weights.
  public let backbone: String
  /// Regions per side.
  public let grid: Int
  /// Numbers per region.
  public let dimension: Int
  /// How a file becomes the network's input.
  public let preprocessing: String
  /// What is not decoded.
  public let limits: String
  /// How the features are stored; nil for `float16`, so that what was made when there was no other
  /// still belongs together.
  private let storedPrecision: FeaturePrecision?

  enum CodingKeys: String, CodingKey {
    case backbone = "backbone"
    case grid = "grid"
    case dimension = "dimension"
    case preprocessing = "preprocessing"
    case limits = "limits"
    case storedPrecision = "precision"
  }

  /// The description of a network behind a preprocessor.
  public init(
    backbone: some ImageBackbone, preprocessor: ImagePreprocessor, grid: Int,
    precision: FeaturePrecision = .float16
  ) {
    storedPrecision = precision == .float16 ? nil : precision
    let limits = preprocessor.decoder.limits
    self.backbone = backbone.fingerprint
    self.grid = grid
    dimension = backbone.dimension
    preprocessing = preprocessor.fingerprint
    // Left out at its default, the time keeps what was made before there was a limit on it.
    let time =
      limits.maximumSeconds == DecodeLimits().maximumSeconds
      ? "" : ", \(Int(limits.maximumSeconds)) s"
    self.limits =
      "\(limits.maximumPixels) pixels, \(limits.maximumBytes) bytes, side from "
      + "\(limits.minimumSide) to \(limits.maximumSide)\(time)"
  }

  /// Regions per image: grid × grid.
  public var regions: Int { grid * grid }

  /// How the features are stored.
  public var precision: FeaturePrecision { storedPrecision ?? .float16 }

  /// Bytes of one image's features: regions × dimension numbers.
  public var bytesPerImage: Int { regions * dimension * precision.elementType.byteCount }

  /// One line that names whatever decides a feature's bits; each shard carries it.
  public var fingerprint: String {
    let precision = storedPrecision.map { " \($0.rawValue)" } ?? ""
    return "\(backbone) grid-\(grid)x\(dimension) \(preprocessing)\(precision)"
  }

  /// What differs, for a person: `grid was 6, now 7`; empty when nothing does.
  func differences(to other: FeaturizerDescription) -> String {
    let limited = limits == other.limits ? [] : ["limits was \(limits), now \(other.limits)"]
    let parts = [featureDifferences(to: other)].filter { !$0.isEmpty } + limited
    return parts.joined(separator: "; ")
  }

  /// What differs of that which decides a feature's bits.
  func featureDifferences(to other: FeaturizerDescription) -> String {
    let parts = [
      ("backbone", backbone, other.backbone), ("grid", "\(grid)", "\(other.grid)"),
      ("dimension", "\(dimension)", "\(other.dimension)"),
      ("preprocessing", preprocessing, other.preprocessing),
      ("precision", precision.rawValue, other.precision.rawValue),
    ]
    return parts.filter { $0.1 != $0.2 }.map { "\($0.0) was \($0.1), now \($0.2)" }
      .joined(separator: "; ")
  }
}

extension FeaturizerDescription {
  /// Reads what `write` wrote; nil where there is no file.
  ///
  /// - Parameter advice: What to do about a damaged file.
  /// - Throws: `StagesError.damaged` for a file that is not exactly what Winnow writes.
  static func read(from path: String, advice: String) throws -> FeaturizerDescription? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let file = try ReadableFile(path: path)
    let bytes = try file.contents(limit: 1 << 20)
    let description: FeaturizerDescription
    do {
      description = try JSONDecoder().decode(FeaturizerDescription.self, from: Data(bytes))
    } catch {
      throw StagesError.damaged(
        path: path, problem: "does not say how the features were made; \(advice)")
    }
    // Also refuses unknown and repeated keys.
    guard try description.encoded() == bytes else {
      throw StagesError.damaged(
        path: path, problem: "was changed since it was written; \(advice)")
    }
    guard (1...64).contains(description.grid), (1...65_536).contains(description.dimension) else {
      throw StagesError.damaged(
        path: path,
        problem: "a grid of \(description.grid) with \(description.dimension) numbers a region "
          + "cannot be; \(advice)")
    }
    return description
  }

  /// Writes the description, atomically.
  func write(to path: String) throws { try AtomicFile.write(try encoded(), to: path) }

  private func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [0x0A]
  }
}

extension Workspace {
  var featurizerPath: String { featuresPath + "/featurizer.json" }

  /// How the workspace's features were made; nil when there are none.
  ///
  /// - Throws: `StagesError.damaged` for a file that is not exactly what Winnow writes.
  public func featurizerDescription() throws -> FeaturizerDescription? {
    try FeaturizerDescription.read(
      from: featurizerPath, advice: "give winnow-featurize --restart to make the features anew")
  }

  func write(_ description: FeaturizerDescription) throws {
    try create(folder: featuresPath)
    try description.write(to: featurizerPath)
  }
}
