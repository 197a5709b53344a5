import Imaging

/// What `winnow-score --stream` is told about making features. What is left out is as the workspace's
/// features were made, else as those that the model was trained on, else as `winnow-featurize` does by
/// itself.
public struct FeaturizeChoices: Codable, Sendable, Equatable {
  /// The same keys as `winnow-featurize` has.
  public typealias CodingKeys = FeaturizeConfiguration.CodingKeys

  /// Which network makes the features.
  public var backbone: FeaturizeConfiguration.Backbone?
  /// Its weights.
  public var weights: String?
  /// Regions per side.
  public var grid: Int?
  /// How a picture becomes square.
  public var fit: ImageFit?
  /// To what features are rounded, as if they were stored.
  public var precision: FeaturePrecision?
  /// Pictures of more pixels are not decoded; in millions.
  public var maximumMegapixels: Int?
  /// Files of more bytes are not read; in units of 2²⁰.
  public var maximumMegabytes: Int?
  /// Pictures that take longer to decode are given up; in seconds.
  public var maximumSeconds: Int?
  /// Pictures with a shorter side are not taken.
  public var minimumSide: Int?
  /// Threads.
  public var workers: Int?
  /// Images that one thread takes at a time.
  public var batch: Int?

  /// Nothing chosen.
  public init() {}

  /// The first choice that was made, for messages; nil for none.
  var firstKey: CodingKeys? {
    let given: [(CodingKeys, Bool)] = [
      (.backbone, backbone != nil), (.weights, weights != nil), (.grid, grid != nil),
      (.fit, fit != nil), (.precision, precision != nil),
      (.maximumMegapixels, maximumMegapixels != nil),
      (.maximumMegabytes, maximumMegabytes != nil), (.maximumSeconds, maximumSeconds != nil),
      (.minimumSide, minimumSide != nil), (.workers, workers != nil), (.batch, batch != nil),
    ]
    return given.first { $0.1 }?.0
  }

  /// A configuration with what was chosen in place of its own.
  func applied(to configuration: FeaturizeConfiguration) -> FeaturizeConfiguration {
    FeaturizeConfiguration(
      backbone: backbone ?? configuration.backbone, weights: weights ?? configuration.weights,
      grid: grid ?? configuration.grid, fit: fit ?? configuration.fit,
      precision: precision ?? configuration.precision,
      maximumMegapixels: maximumMegapixels ?? configuration.maximumMegapixels,
      maximumMegabytes: maximumMegabytes ?? configuration.maximumMegabytes,
      maximumSeconds: maximumSeconds ?? configuration.maximumSeconds,
      minimumSide: minimumSide ?? configuration.minimumSide,
      workers: workers ?? configuration.workers, batch: batch ?? configuration.batch)
  }
}

extension FeaturizeConfiguration {
  /// What `winnow-featurize` is told to make such features. What the description does not say in a way
  /// that is understood here stays at its default: whoever makes features by the configuration compares
  /// their description with this one.
  init(making description: FeaturizerDescription) {
    self.init(grid: description.grid, precision: description.precision)
    let named = Backbone.allCases.first {
      description.backbone.hasPrefix($0.architecture.rawValue + "-")
    }
    if let named { backbone = named }
    let words = description.preprocessing.split(separator: "-")
    if let fit = words.lazy.compactMap({ ImageFit(rawValue: String($0)) }).first { self.fit = fit }
    // "100000000 pixels, 67108864 bytes, side from 2 to 65535", and ", 60 s" where it is not 20.
    let numbers = description.limits.split { !($0.isASCII && $0.isNumber) }.compactMap { Int($0) }
    guard numbers.count >= 4 else { return }
    maximumMegapixels = numbers[0] / 1_000_000
    maximumMegabytes = numbers[1] >> 20
    minimumSide = numbers[2]
    if numbers.count > 4 { maximumSeconds = numbers[4] }
  }
}
