import Foundation

/// What the stage `explain` can be told.
public struct ExplainConfiguration: StageConfiguration, Equatable {
  /// The most pairs that are explained, from 1 to 1,000,000.
  public var pairs: Int

  /// The most pairs that are explained unless told otherwise.
  public static let usualPairs = 20_000

  /// The keys in YAML.
  public enum CodingKeys: String, CodingKey, CaseIterable {
    case pairs = "pairs"
  }

  /// A configuration of its parts.
  public init(pairs: Int = Self.usualPairs) { self.pairs = pairs }

  /// A value of its parts.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    pairs = try container.value(.pairs, default: Self.usualPairs)
  }

  /// Every key, as written in YAML.
  public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

  /// Refuses a number of pairs that cannot be.
  public func validate() throws(StagesError) {
    guard (1...1_000_000).contains(pairs) else {
      throw .configuration(
        stage: ExplainStage.name, key: CodingKeys.pairs.rawValue,
        problem: "\(pairs) is outside 1…1,000,000")
    }
  }

  /// The run's configuration: explanations of another model are another run.
  func json(ofModel modelName: String) throws -> String {
    struct Run: Encodable {
      let pairs: Int
      let modelName: String

      enum CodingKeys: String, CodingKey {
        case pairs = "pairs"
        case modelName = "model_name"
      }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(
      decoding: try encoder.encode(Run(pairs: pairs, modelName: modelName)), as: UTF8.self)
  }
}
