import Foundation
import Pairs

/// What a stage can be told, by flags or in YAML. Keys are the same in both.
///
/// A conforming type writes its `CodingKeys` out, as `CaseIterable`, and decodes with
/// `KeyedDecodingContainer.value(_:default:)`, so that whatever is left out takes its default.
public protocol StageConfiguration: Codable, Sendable {
  /// Every key, as written in YAML.
  static var keys: [String] { get }
  /// The keys that hold paths, which a pipeline resolves against its own folder.
  static var pathKeys: Set<String> { get }
  /// The keys of `pathKeys` that hold a truth file: for evaluation alone.
  static var truthKeys: Set<String> { get }

  /// Refuses values that cannot be.
  ///
  /// - Throws: `StagesError.configuration`, naming the key.
  func validate() throws(StagesError)
}

extension StageConfiguration {
  /// No paths.
  public static var pathKeys: Set<String> { [] }
  /// No truth.
  public static var truthKeys: Set<String> { [] }
  /// Everything is allowed.
  public func validate() throws(StagesError) {}

  /// The configuration as JSON with sorted keys: what the table `run` stores and hashes.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension KeyedDecodingContainer {
  /// The value of a key, or its default when the key is left out.
  public func value<Value: Decodable>(
    _ key: Key, default defaultValue: @autoclosure () -> Value
  ) throws -> Value {
    try decodeIfPresent(Value.self, forKey: key) ?? defaultValue()
  }
}
