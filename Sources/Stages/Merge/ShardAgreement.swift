import Audit
import Foundation
import Pairs

/// What shards must have alike, beside what is in their audits: how features were made, what the
/// similarities are measured against, and settings that decide what comes of a pair.
struct ShardAgreement {
  /// How pictures became features; nil where there are none.
  private(set) var featurizer: FeaturizerDescription?
  /// Precomputed features; nil where there are none.
  private(set) var precomputed: PrecomputedDescription?
  /// What purifying starts from, without where the model is; nil where nothing was scored.
  private(set) var calibration: Calibration?

  /// Of `winnow-fetch`, the settings that decide what comes of a URL; the others say how fast.
  private static let fetchKeys: [FetchConfiguration.CodingKeys] = [
    .maximumMegabytes, .maximumRedirects, .ignoresOptOuts, .allowsPrivateAddresses, .userAgent,
  ]

  /// - Throws: `AuditError.shardsDiffer` naming what differs, the first two shards that differ in it,
  ///   and both values.
  init(of shards: [(workspace: Workspace, database: AuditDatabase)]) throws {
    try compareFeatures(shards.map(\.workspace))
    try compareCalibrations(shards.map(\.workspace))
    let runs = try shards.map { ($0.workspace.path, try $0.database.runs()) }
    for key in Self.fetchKeys {
      try MergeConflict.requireSame(
        "\(key.rawValue) of winnow-fetch",
        runs.map { ($0, try Self.setting(key.rawValue, of: FetchStage.name, in: $1)) })
    }
  }

  private mutating func compareFeatures(_ shards: [Workspace]) throws {
    let featurizers = try shards.map { ($0.path, try $0.featurizerDescription()) }
    func same(_ what: String, _ value: (FeaturizerDescription) -> String) throws {
      try MergeConflict.requireSame(
        "\(what) of the features", featurizers.map { ($0, $1.map(value)) })
    }
    try same("the backbone", \.backbone)
    try same("the grid") { "\($0.grid)" }
    try same("the dimension") { "\($0.dimension)" }
    try same("the preprocessing", \.preprocessing)
    try same("the limits", \.limits)
    try same("the precision", \.precision.rawValue)
    featurizer = featurizers.compactMap(\.1).first
    let precomputed = try shards.map { ($0.path, try $0.precomputedDescription()) }
    try MergeConflict.requireSame(
      "the size of the precomputed features",
      precomputed.map { ($0, $1.map { "\($0.regions) regions of \($0.dimension)" }) })
    // Arrays are read where they lie: one path is one file.
    var arrays: [String: (shard: String, array: PrecomputedDescription.Array)] = [:]
    for (shard, description) in precomputed {
      for array in description?.arrays ?? [] {
        guard let known = arrays[array.path] else {
          arrays[array.path] = (shard, array)
          continue
        }
        try MergeConflict.requireSame(
          "the array \(array.path)", [(known.shard, known.array), (shard, array)],
          text: { "\($0.images) images, \($0.bytes) bytes, written at \($0.modified)" })
      }
    }
    if let sizes = precomputed.compactMap(\.1?.sizes).first {
      var united = PrecomputedDescription(sizes: sizes)
      for path in arrays.keys.sorted() {
        if let array = arrays[path]?.array { _ = united.add(array) }
      }
      self.precomputed = united
    }
  }

  private mutating func compareCalibrations(_ shards: [Workspace]) throws {
    let calibrations = try shards.map { shard -> (shard: String, value: Calibration?) in
      var calibration = try Calibration.stored(in: ModelFolder(workspace: shard))
      calibration?.reference = nil
      // Those of earlier versions have no checksum.
      return (shard.path, try calibration?.sealed())
    }
    calibration = try MergeConflict.requireSame(
      "the calibration of the model", calibrations,
      text: { calibration in
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let hash = (try? encoder.encode(calibration)).map { SHA256Digest(of: $0) }
        return
          "one with hash \(hash?.description.prefix(16) ?? "none"), of model \(calibration.model)"
      })
  }

  /// What the last run of a command was told; nil where there was none.
  private static func setting(
    _ key: String, of command: String, in runs: [RunRecord]
  ) throws -> String? {
    guard let run = runs.last(where: { $0.command == command }) else { return nil }
    let values = try JSONSerialization.jsonObject(with: Data(run.configuration.utf8))
    guard let value = (values as? [String: Any])?[key] else { return "none" }
    return "\(value)"
  }
}
