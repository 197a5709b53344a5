import Foundation
import Logging
import Stages

/// A line of the log. Captions, URLs and answers of servers are other people's text: none of their
/// characters does anything to a terminal, or ends the line.
struct LogLine {
  let time: Date
  let level: Logger.Level
  /// The stage that tells it; nil before and after all stages.
  let stage: String?
  let message: String
  let metadata: Logger.Metadata

  private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  /// `2026-01-02T03:04:05.678Z warning fetch: a host was given up host=example.org`.
  var text: String {
    var line = "\(time.formatted(Self.timeStyle)) \(level) \(stage ?? "winnow"): "
    line += HarmlessText.escaped(message)
    for (key, value) in flattened(metadata) { line += " \(key)=\(Self.word(value))" }
    return line
  }

  /// `{"time":"…","level":"warning","stage":"fetch","message":"…","host":"example.org"}`.
  var json: String {
    var fields = [
      ("time", Self.quoted(time.formatted(Self.timeStyle))), ("level", Self.quoted("\(level)")),
    ]
    if let stage { fields.append(("stage", Self.quoted(stage))) }
    fields.append(("message", Self.quoted(message)))
    let own = Set(fields.map(\.0))
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) where !own.contains(key) {
      fields.append((key, Self.json(value)))
    }
    return Self.object(fields)
  }

  /// Names and values, those of dictionaries as `counts.ok`.
  private func flattened(_ metadata: Logger.Metadata) -> [(key: String, value: String)] {
    metadata.sorted { $0.key < $1.key }.flatMap { key, value in
      guard case .dictionary(let inner) = value else { return [(key, "\(value)")] }
      return flattened(inner).map { ("\(key).\($0.key)", $0.value) }
    }
  }

  /// A value as one word: quoted where it would be taken for several.
  private static func word(_ value: String) -> String {
    let text = HarmlessText.escaped(value)
    let isPlain =
      !text.isEmpty && text.unicodeScalars.allSatisfy { $0 != " " && $0 != "\"" && $0 != "=" }
    guard !isPlain else { return text }
    return "\"" + text.replacing("\"", with: "\\\"") + "\""
  }

  private static func json(_ value: Logger.MetadataValue) -> String {
    switch value {
    case .string(let text): quoted(text)
    case .stringConvertible(let number as Int): "\(number)"
    case .stringConvertible(let number as Int64): "\(number)"
    case .stringConvertible(let number as Double) where number.isFinite: "\(number)"
    case .stringConvertible(let other): quoted(other.description)
    case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
    case .dictionary(let inner):
      object(inner.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) })
    }
  }

  private static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\(quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}"
  }

  /// A string of JSON without any character that could do something.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return HarmlessText.escapedJSON(result + "\"")
  }
}
