import Foundation

/// The process's standard output and error.
public enum Terminal {
  /// Writes lines to standard output.
  public static func write(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
  }

  /// Writes lines to standard error. Captions and file names are other people's text: control
  /// characters in them reach no terminal.
  public static func writeError(_ text: String) {
    FileHandle.standardError.write(Data((harmless(text) + "\n").utf8))
  }

  /// Whether standard error is a terminal, where a line can be written over.
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// The text with control and formatting characters, except line feeds, as `\u{…}`.
  public static func harmless(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHarmful) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isHarmful(scalar) {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control: scalar != "\n"
    case .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}
