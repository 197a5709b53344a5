/// Names from a file as error messages show them: bounded, and without control characters.
enum Quoted {
  /// Characters of a name, and names of a list, that are shown; `…` stands for the rest.
  static let limit = 60

  /// A name in backticks.
  static func name(_ name: String) -> String {
    let shown = name.unicodeScalars.prefix(limit + 1)
    let escaped = shown.prefix(limit).map { scalar in
      scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : "\(scalar)"
    }
    return "`" + escaped.joined() + (shown.count > limit ? "…`" : "`")
  }

  /// Names in backticks, with commas between.
  static func names(_ names: [String]) -> String {
    let shown = names.prefix(limit).map { name($0) }.joined(separator: ", ")
    return names.count > limit ? "\(shown), … (\(names.count) in all)" : shown
  }
}
