import Foundation
import Stages

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
    HarmlessText.escaped(text, keepsLines: true)
  }

  /// How many cells a line on standard output has: those of the terminal, or 80 where it is none.
  public static var outputWidth: Int {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0,
      size.ws_col > 0
    else { return 80 }
    return max(Int(size.ws_col), 40)
  }
}
