/// How many cells of a terminal text takes.
public enum DisplayWidth {
  /// The cells of one character: 2 for East Asian wide ones and most emoji, 0 for marks that go onto
  /// the one before.
  public static func of(_ scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }

  /// The cells of a text without control characters.
  public static func of(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + of($1) }
  }

  /// The beginning of a text that fits into a number of cells, control characters made harmless and
  /// `…` at the end where something is missing. Reads no more of the text than it shows.
  public static func cut(_ text: String, to width: Int) -> String {
    var pieces: [(text: String, width: Int)] = []
    var used = 0
    // A base character may carry any number of marks, which take no cells and yet paint.
    let mostPieces = 4 * max(width, 1)
    var isCut = false
    for scalar in text.unicodeScalars {
      let piece: (text: String, width: Int)
      if HarmlessText.isHarmful(scalar) {
        let escape = HarmlessText.escaped(scalar)
        piece = (escape, escape.utf8.count)
      } else {
        piece = (String(scalar), of(scalar))
      }
      if used + piece.width > width || pieces.count == mostPieces {
        isCut = true
        break
      }
      pieces.append(piece)
      used += piece.width
    }
    guard isCut else { return pieces.map(\.text).joined() }
    while used > max(width - 1, 0), let last = pieces.popLast() { used -= last.width }
    return pieces.map(\.text).joined() + (width > 0 ? "…" : "")
  }

  /// Blocks of wide characters (Unicode's East_Asian_Width W and F, in whole blocks).
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF,
    0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1B000...0x1B2FF,
    0x1F200...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF, 0x20000...0x3FFFD,
  ]
}
