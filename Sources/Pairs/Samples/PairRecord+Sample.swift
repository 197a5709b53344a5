extension PairRecord {
  /// The record as `KEY.json` of a sample: one JSON object, keys in alphabetical order.
  ///
  /// Readers that take the types of all samples from the first few (Hugging Face's `datasets`) want
  /// the same keys with the same types in each. So nothing is left out: a text that is absent is
  /// empty, a number that is absent is null, and a number that may have decimals always has them.
  ///
  /// - Throws: `PairsError.invalidArgument` for a similarity or probability that is not finite.
  public func sampleJSON() throws(PairsError) -> [UInt8] {
    let members: [(CodingKeys, String)] = [
      (.caption, Self.json(caption)),
      (.cleanProbability, try json(cleanProbability)),
      (.detail, Self.json(detail ?? "")),
      (.height, Self.json(height)),
      (.imageSHA256, Self.json(imageSHA256 ?? "")),
      (.key, Self.json(key.description)),
      (.line, Self.json(line)),
      (.reason, Self.json(reason?.rawValue ?? "")),
      (.role, Self.json(role.rawValue)),
      (.similarity, try json(similarity)),
      (.similarityA, try json(similarityA)),
      (.similarityB, try json(similarityB)),
      (.source, Self.json(source ?? "")),
      (.status, Self.json(status.rawValue)),
      (.url, Self.json(url)),
      (.verdict, Self.json(verdict?.rawValue ?? "")),
      (.width, Self.json(width)),
    ]
    let text = members.map { "\(Self.json($0.rawValue)):\($1)" }.joined(separator: ",")
    return Array("{\(text)}\n".utf8)
  }

  private static func json(_ value: Int?) -> String { value.map(String.init) ?? "null" }

  private func json(_ value: Double?) throws(PairsError) -> String {
    guard let value else { return "null" }
    guard value.isFinite else {
      throw .invalidArgument(
        name: "a score of pair \(key)", value: "not a number", allowed: "finite")
    }
    // Swift writes 1 as "1.0".
    return value.description
  }

  private static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
