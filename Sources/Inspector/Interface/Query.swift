import Foundation

/// The part of an address after `?`: names and values, percent-encoding undone. Names that are not
/// asked for are ignored; values that cannot be are refused by name.
struct Query: Sendable {
  private let values: [String: [String]]

  init(_ text: String) throws(APIProblem) {
    var values: [String: [String]] = [:]
    for item in text.split(separator: "&").prefix(100) {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(parts[0]),
        let value = parts.count > 1 ? Self.decoded(parts[1]) : ""
      else { throw APIProblem.badValue("address", "its percent-encoding is broken") }
      values[name, default: []].append(value)
    }
    self.values = values
  }

  private static func decoded(_ text: Substring) -> String? {
    text.replacingOccurrences(of: "+", with: " ").removingPercentEncoding
  }

  /// The value of a name; nil when it is not there or empty.
  func text(_ name: String, limit: Int = 1000) throws(APIProblem) -> String? {
    guard let value = values[name]?.first, !value.isEmpty else { return nil }
    guard value.utf8.count <= limit else {
      throw APIProblem.badValue(name, "has more than \(limit) bytes")
    }
    return value
  }

  /// A whole number in a range.
  func number(_ name: String, in range: ClosedRange<Int>) throws(APIProblem) -> Int? {
    guard let text = try text(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw APIProblem.badValue(
        name, "has to be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A finite number.
  func fraction(_ name: String) throws(APIProblem) -> Double? {
    guard let text = try text(name) else { return nil }
    guard let value = Double(text), value.isFinite else {
      throw APIProblem.badValue(name, "has to be a number")
    }
    return value
  }

  /// `true` or `false`.
  func flag(_ name: String) throws(APIProblem) -> Bool? {
    guard let text = try text(name) else { return nil }
    guard let value = Bool(text) else {
      throw APIProblem.badValue(name, "has to be true or false")
    }
    return value
  }

  /// One of a closed list.
  func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, of type: Value.Type
  ) throws(APIProblem) -> Value? where Value.RawValue == String {
    guard let text = try text(name) else { return nil }
    return try Self.choice(text, name, of: type)
  }

  /// Several of a closed list, each given by the name again or separated by commas.
  func choices<Value: RawRepresentable & CaseIterable & Hashable>(
    _ name: String, of type: Value.Type
  ) throws(APIProblem) -> Set<Value>? where Value.RawValue == String {
    guard let given = values[name] else { return nil }
    var result: Set<Value> = []
    for text in given.flatMap({ $0.split(separator: ",") }) {
      result.insert(try Self.choice(String(text), name, of: type))
    }
    return result
  }

  private static func choice<Value: RawRepresentable & CaseIterable>(
    _ text: String, _ name: String, of type: Value.Type
  ) throws(APIProblem) -> Value where Value.RawValue == String {
    guard let value = Value(rawValue: text) else {
      let known = type.allCases.map(\.rawValue).joined(separator: ", ")
      throw APIProblem.badValue(name, "has to be one of \(known)")
    }
    return value
  }
}
