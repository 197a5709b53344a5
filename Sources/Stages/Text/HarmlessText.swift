/// Other people's text on its way to a terminal.
public enum HarmlessText {
  /// Whether a character could do something rather than show something: control and formatting
  /// characters, those that turn the direction of writing among them.
  public static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  /// A harmful character as it is shown: `\u{1b}`.
  public static func escaped(_ scalar: Unicode.Scalar) -> String {
    "\\u{\(String(scalar.value, radix: 16))}"
  }

  /// The text with harmful characters as `\u{…}`.
  ///
  /// - Parameter keepsLines: Whether line feeds stay.
  public static func escaped(_ text: String, keepsLines: Bool = false) -> String {
    func isKept(_ scalar: Unicode.Scalar) -> Bool {
      !isHarmful(scalar) || (keepsLines && scalar == "\n")
    }
    guard !text.unicodeScalars.allSatisfy(isKept) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isKept(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += escaped(scalar)
      }
    }
    return result
  }

  /// JSON with harmful characters as `\u001b`, which means the same: outside of its strings JSON has
  /// none but line feeds.
  public static func escapedJSON(_ json: String) -> String {
    guard json.unicodeScalars.contains(where: { isHarmful($0) && $0 != "\n" }) else { return json }
    var result = ""
    for scalar in json.unicodeScalars {
      if isHarmful(scalar), scalar != "\n" {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
