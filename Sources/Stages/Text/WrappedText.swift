/// Other people's text over several lines.
public enum WrappedText {
  /// The text in lines of at most `width` cells, broken between words where they fit, control
  /// characters made harmless. After `mostCharacters` it says how long the text is.
  public static func lines(of text: String, width: Int, mostCharacters: Int = 2_000) -> [String] {
    let shown = text.unicodeScalars.prefix(mostCharacters)
    var kept = String(String.UnicodeScalarView(shown))
    if shown.endIndex != text.unicodeScalars.endIndex {
      kept += "… (\(SummaryTable.grouped(text.utf8.count)) bytes in all)"
    }
    var lines = [""]
    var used = 0
    for word in HarmlessText.escaped(kept).split(separator: " ", omittingEmptySubsequences: false) {
      let length = DisplayWidth.of(String(word))
      if used > 0 || lines.count > 1 || !lines[0].isEmpty {
        if used + 1 + length <= width {
          lines[lines.count - 1] += " "
          used += 1
        } else {
          lines.append("")
          used = 0
        }
      }
      for scalar in word.unicodeScalars {
        let cells = DisplayWidth.of(scalar)
        if used + cells > width {
          lines.append("")
          used = 0
        }
        lines[lines.count - 1].unicodeScalars.append(scalar)
        used += cells
      }
    }
    return lines
  }
}
