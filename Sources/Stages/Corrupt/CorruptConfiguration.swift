import Pairs

/// What `winnow-corrupt` can be told.
public struct CorruptConfiguration: StageConfiguration, Equatable {
  /// What can be corrupted.
  public enum Format: String, Codable, CaseIterable, Sendable {
    /// A manifest of two columns.
    case tsv
    /// A folder of precomputed features with their captions.
    case precomp
  }

  /// The clean manifest, or a folder of precomputed features whose `train` split is meant.
  public var input: String
  /// Which of the two.
  public var format: Format
  /// Which of its columns comes first.
  public var columns: ColumnOrder
  /// The share of the harvested lines whose captions are reassigned, in 0…1.
  public var ratio: Double
  /// Names the draws.
  public var seed: UInt64
  /// The noisy manifest to write.
  public var output: String
  /// The truth file to write.
  public var truth: String
  /// The share of the images set aside as trusted pairs, in 0…1.
  public var metaShare: Double
  /// The manifest of the trusted pairs to write.
  public var metaOutput: String?
  /// The share of the images set aside as dev pairs, in 0…1.
  public var devShare: Double
  /// The manifest of the dev pairs to write.
  public var devOutput: String?

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case input = "input"
    case format = "format"
    case columns = "columns"
    case ratio = "ratio"
    case seed = "seed"
    case output = "output"
    case truth = "truth"
    case metaShare = "meta-share"
    case metaOutput = "meta-output"
    case devShare = "dev-share"
    case devOutput = "dev-output"
  }

  /// A configuration of its parts.
  public init(
    input: String, format: Format = .tsv,
    columns: ColumnOrder = .captionURL, ratio: Double, seed: UInt64,
    output: String, truth: String, metaShare: Double = 0, metaOutput: String? = nil,
    devShare: Double = 0, devOutput: String? = nil
  ) {
    self.input = input
    self.format = format
    self.columns = columns
    self.ratio = ratio
    self.seed = seed
    self.output = output
    self.truth = truth
    self.metaShare = metaShare
    self.metaOutput = metaOutput
    self.devShare = devShare
    self.devOutput = devOutput
  }

  /// Reads a configuration; what is left out takes its default.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    input = try container.decode(String.self, forKey: .input)
    format = try container.value(.format, default: .tsv)
    columns = try container.value(.columns, default: .captionURL)
    ratio = try container.decode(Double.self, forKey: .ratio)
    seed = try container.decode(UInt64.self, forKey: .seed)
    output = try container.decode(String.self, forKey: .output)
    truth = try container.decode(String.self, forKey: .truth)
    metaShare = try container.value(.metaShare, default: 0)
    metaOutput = try container.decodeIfPresent(String.self, forKey: .metaOutput)
    devShare = try container.value(.devShare, default: 0)
    devOutput = try container.decodeIfPresent(String.self, forKey: .devOutput)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// The keys that hold paths.
  public static var pathKeys: Set<String> {
    ["input", "output", "truth", "meta-output", "dev-output"]
  }
  /// The keys that hold a truth file.
  public static var truthKeys: Set<String> { ["truth"] }

  /// Refuses a column order for a folder, whose pairs are always written caption first.
  public func validate() throws(StagesError) {
    guard format == .tsv || columns == .captionURL else {
      throw .configuration(
        stage: CorruptStage.name, key: CodingKeys.columns.rawValue,
        problem: "is for --format tsv; pairs of precomputed features are written caption first")
    }
  }
}
