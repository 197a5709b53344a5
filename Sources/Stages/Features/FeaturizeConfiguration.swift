import Foundation
import Imaging
import Models
import Pairs

/// What `winnow-featurize` can be told.
public struct FeaturizeConfiguration: StageConfiguration, Equatable {
  /// The networks that make features.
  public enum Backbone: String, Codable, CaseIterable, Sendable {
    case lite0
    case lite1
    case lite2

    /// The member of the EfficientNet-Lite family.
    public var architecture: EfficientNetLite {
      switch self {
      case .lite0: .lite0
      case .lite1: .lite1
      case .lite2: .lite2
      }
    }

    /// Where `make setup` puts the weights, relative to the project's folder.
    public var standardWeights: String { "Data/weights/efficientnet_\(rawValue).pth" }
  }

  /// Which network makes the features.
  public var backbone: Backbone
  /// Its weights as PyTorch saved them; `backbone.standardWeights` when nil.
  public var weights: String?
  /// Regions per side: an image has grid × grid regions.
  public var grid: Int
  /// How a picture becomes square.
  public var fit: ImageFit
  /// How features are stored.
  public var precision: FeaturePrecision
  /// Pictures of more pixels, by their header, are not decoded; in millions.
  public var maximumMegapixels: Int
  /// Files of more bytes are not read; in units of 2²⁰.
  public var maximumMegabytes: Int
  /// Pictures that take longer to decode are given up; in seconds.
  public var maximumSeconds: Int
  /// Pictures with a shorter side are tracking pixels and spacers.
  public var minimumSide: Int
  /// Threads; the number of processors when nil. Changes no bit of the result.
  public var workers: Int?
  /// Images that one thread decodes and featurizes together. Changes no bit of the result.
  public var batch: Int

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case backbone = "backbone"
    case weights = "weights"
    case grid = "grid"
    case fit = "fit"
    case precision = "precision"
    case maximumMegapixels = "max-megapixels"
    case maximumMegabytes = "max-megabytes"
    case maximumSeconds = "max-seconds"
    case minimumSide = "min-side"
    case workers = "workers"
    case batch = "batch"
  }

  /// A configuration of its parts.
  public init(
    backbone: Backbone = .lite0, weights: String? = nil, grid: Int = 6, fit: ImageFit = .crop,
    precision: FeaturePrecision = .float16, maximumMegapixels: Int = 100,
    maximumMegabytes: Int = 64, maximumSeconds: Int = 20,
    minimumSide: Int = 2, workers: Int? = nil, batch: Int = 8
  ) {
    self.backbone = backbone
    self.weights = weights
    self.grid = grid
    self.fit = fit
    self.precision = precision
    self.maximumMegapixels = maximumMegapixels
    self.maximumMegabytes = maximumMegabytes
    self.maximumSeconds = maximumSeconds
    self.minimumSide = minimumSide
    self.workers = workers
    self.batch = batch
  }

  /// Reads a configuration; what is left out takes its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let standard = FeaturizeConfiguration()
    backbone = try container.value(.backbone, default: standard.backbone)
    weights = try container.decodeIfPresent(String.self, forKey: .weights)
    grid = try container.value(.grid, default: standard.grid)
    fit = try container.value(.fit, default: standard.fit)
    precision = try container.value(.precision, default: standard.precision)
    maximumMegapixels = try container.value(
      .maximumMegapixels, default: standard.maximumMegapixels)
    maximumMegabytes = try container.value(.maximumMegabytes, default: standard.maximumMegabytes)
    maximumSeconds = try container.value(.maximumSeconds, default: standard.maximumSeconds)
    minimumSide = try container.value(.minimumSide, default: standard.minimumSide)
    workers = try container.decodeIfPresent(Int.self, forKey: .workers)
    batch = try container.value(.batch, default: standard.batch)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// `weights`.
  public static var pathKeys: Set<String> { ["weights"] }

  /// Refuses numbers out of their ranges.
  public func validate() throws(StagesError) { try validate(as: FeaturizeStage.name) }

  /// As `validate()`, for a stage that takes the same keys.
  func validate(as stage: String) throws(StagesError) {
    func require(_ key: CodingKeys, _ value: Int, in range: ClosedRange<Int>) throws(StagesError) {
      guard range.contains(value) else {
        throw .configuration(
          stage: stage, key: key.rawValue,
          problem: "is \(value), but must be \(range.lowerBound) to \(range.upperBound)")
      }
    }
    // The last feature map has one cell for each 32 pixels of the input, rounded up.
    let cells = (backbone.architecture.inputSize + 31) / 32
    try require(.grid, grid, in: 1...cells)
    try require(.maximumMegapixels, maximumMegapixels, in: 1...1000)
    try require(.maximumMegabytes, maximumMegabytes, in: 1...1024)
    try require(.maximumSeconds, maximumSeconds, in: 1...3600)
    try require(.minimumSide, minimumSide, in: 1...65_535)
    if let workers { try require(.workers, workers, in: 1...1024) }
    try require(.batch, batch, in: 1...FeaturizeStage.locationsPerShard)
  }

  var weightsPath: String { weights ?? backbone.standardWeights }

  var limits: DecodeLimits {
    DecodeLimits(
      maximumBytes: maximumMegabytes << 20, maximumPixels: maximumMegapixels * 1_000_000,
      minimumSide: minimumSide, maximumSeconds: Double(maximumSeconds))
  }

  var threads: Int { workers ?? ProcessInfo.processInfo.activeProcessorCount }
}

/// By its raw value, so that YAML reads as the command line does.
extension ImageFit: Codable {}
