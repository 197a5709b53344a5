import Pairs

/// What `winnow-ingest` can be told.
public struct IngestConfiguration: StageConfiguration, Equatable {
  /// The file formats of manifests.
  public enum Format: String, Codable, CaseIterable, Sendable {
    /// One pair a line, two columns apart by a TAB, no quoting.
    case tsv
    /// A folder of precomputed features with their captions.
    case precomp
    /// A folder that img2dataset wrote: shards as folders of files or as tar archives, with tables.
    case img2dataset
    /// Tar archives of pictures and captions.
    case webdataset
  }

  /// The manifests or folders, in order; one or several.
  public var inputs: [String]
  /// Their format.
  public var format: Format
  /// Which column comes first.
  public var columns: ColumnOrder
  /// What a manifest's pairs are for, `train` when nil; a folder's splits have roles of their own.
  public var role: PairRole?
  /// The splits of a folder to read; those that are there when nil.
  public var splits: [PairRole]?
  /// The folder that relative image paths start from; each manifest's own when nil.
  public var imageRoot: String?
  /// The shard of harvested pairs that is wanted; all of them when nil. Trusted pairs are taken
  /// whole.
  public var shard: ManifestShards?

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case inputs = "input"
    case format = "format"
    case columns = "columns"
    case role = "role"
    case splits = "split"
    case imageRoot = "image-root"
    case shard = "shard"
  }

  /// A configuration of its parts.
  public init(
    inputs: [String], format: Format = .tsv, columns: ColumnOrder = .captionURL,
    role: PairRole? = nil, splits: [PairRole]? = nil, imageRoot: String? = nil,
    shard: ManifestShards? = nil
  ) {
    self.inputs = inputs
    self.format = format
    self.columns = columns
    self.role = role
    self.splits = splits
    self.imageRoot = imageRoot
    self.shard = shard
  }

  /// Reads a configuration; `input` is one path or a list of them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let one = try? container.decode(String.self, forKey: .inputs) {
      inputs = [one]
    } else {
      inputs = try container.decode([String].self, forKey: .inputs)
    }
    format = try container.value(.format, default: .tsv)
    columns = try container.value(.columns, default: .captionURL)
    role = try container.decodeIfPresent(PairRole.self, forKey: .role)
    if let one = try? container.decode(PairRole.self, forKey: .splits) {
      splits = [one]
    } else {
      splits = try container.decodeIfPresent([PairRole].self, forKey: .splits)
    }
    imageRoot = try container.decodeIfPresent(String.self, forKey: .imageRoot)
    shard = try container.decodeIfPresent(ManifestShards.self, forKey: .shard)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
  /// The keys that hold paths.
  public static var pathKeys: Set<String> { ["input", "image-root"] }

  /// Refuses values that cannot be.
  public func validate() throws(StagesError) {
    guard !inputs.isEmpty else {
      throw .configuration(stage: "ingest", key: "input", problem: "name at least one manifest")
    }
    try refuse(.shard, shard.map { $0.indices.count > 1 } ?? false, "name one shard, such as 7/64")
    switch format {
    case .tsv: try refuse(.splits, splits != nil, "is for --format precomp")
    case .img2dataset, .webdataset:
      try refuse(.splits, splits != nil, "is for --format precomp")
      try refuse(.columns, columns != .captionURL, "is for --format tsv")
      try refuse(.imageRoot, imageRoot != nil, "is for --format tsv")
    case .precomp:
      try refuse(.role, role != nil, "is given by the splits; choose those with --split")
      try refuse(.columns, columns != .captionURL, "is for --format tsv")
      try refuse(.imageRoot, imageRoot != nil, "is for --format tsv")
      try refuse(.splits, splits?.isEmpty == true, "name at least one")
      try refuse(.splits, Set(splits ?? []).count != splits?.count ?? 0, "names one twice")
    }
  }

  private func refuse(
    _ key: CodingKeys, _ isWrong: Bool, _ problem: String
  ) throws(StagesError) {
    if isWrong { throw .configuration(stage: "ingest", key: key.rawValue, problem: problem) }
  }
}
